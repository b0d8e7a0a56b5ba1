using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Quotas;

/// <summary>Reads quota counters.</summary>
public interface IQuotaQueries
{
    /// <summary>The user's counters of the periods that hold <paramref name="now"/>; those never used are absent.</summary>
    Task<IReadOnlyList<QuotaCounter>> CurrentAsync(UserId user, DateTimeOffset now, CancellationToken ct);
}
