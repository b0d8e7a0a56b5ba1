using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>PostgreSQL's <c>timestamptz</c> takes UTC only; the offset of a moment is not needed.</summary>
internal sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(moment => moment.ToUniversalTime(), moment => moment);
