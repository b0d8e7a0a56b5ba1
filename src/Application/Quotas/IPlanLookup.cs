using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Quotas;

/// <summary>Which plan holds for a user.</summary>
public interface IPlanLookup
{
    /// <summary>
    /// The user's plan, or the default plan when they have none of their own; null when the user is gone or disabled.
    /// Cached for a few seconds, so it costs no round trip when warm.
    /// </summary>
    ValueTask<Plan?> PlanOfAsync(UserId user, CancellationToken ct);
}
