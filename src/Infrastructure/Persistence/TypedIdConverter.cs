using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Stores a typed id (a record struct around a <see cref="Guid"/>) as the UUID it holds.</summary>
internal sealed class TypedIdConverter<TId>() : ValueConverter<TId, Guid>(ToGuid, FromGuid)
    where TId : struct
{
    private static readonly ParameterExpression Id = Expression.Parameter(typeof(TId));
    private static readonly ParameterExpression Value = Expression.Parameter(typeof(Guid));

    private static Expression<Func<TId, Guid>> ToGuid =>
        Expression.Lambda<Func<TId, Guid>>(Expression.Property(Id, "Value"), Id);

    private static Expression<Func<Guid, TId>> FromGuid =>
        Expression.Lambda<Func<Guid, TId>>(Expression.New(typeof(TId).GetConstructor([typeof(Guid)])!, Value), Value);
}
