using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Callers;

/// <summary>The caller of the request being handled, from its verified credential.</summary>
public interface ICurrentUser
{
    /// <summary>The user.</summary>
    /// <exception cref="InvalidOperationException">The route allows anonymous callers.</exception>
    UserId Id { get; }
}
