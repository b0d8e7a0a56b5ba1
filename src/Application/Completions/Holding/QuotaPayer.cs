using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Completions.Holding;

/// <summary>The user or API key whose requests share the same limits, and so one queue; a key where it has a limit of its own.</summary>
/// <param name="User">Who pays.</param>
/// <param name="Key">The key; null for all that has no limit beside the plan's.</param>
internal readonly record struct QuotaPayer(UserId User, ApiKeyId? Key)
{
    /// <summary>Who pays under the limits.</summary>
    public static QuotaPayer Of(UserId user, IReadOnlyList<PlanLimit> limits) => new(user, limits.FirstOrDefault(limit => limit.Key is not null)?.Key);
}
