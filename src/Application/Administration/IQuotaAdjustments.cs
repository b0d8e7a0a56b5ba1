using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Administration;

/// <summary>Changes what a user may use of a limit in its current period.</summary>
public interface IQuotaAdjustments
{
    /// <summary>Adds to what was granted, with its lines in the audit log; admissions under way see it or not, but never half of it.</summary>
    /// <returns>The counter afterwards; null, with nothing stored, when the limit would leave the range of <see cref="PlanLimit.MaxAmount"/>.</returns>
    Task<QuotaCounter?> GrantAsync(UserId user, PlanLimit limit, long amount, DateTimeOffset now, CancellationToken ct);
}
