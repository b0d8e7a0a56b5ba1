using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Completions.Holding;

/// <summary>What a completion was admitted under, which is also what its hold grows under.</summary>
/// <param name="Limits">The limits of its user's plan and of its API key, in lock order.</param>
/// <param name="Demand">What it may use.</param>
internal sealed record QuotaTerms(IReadOnlyList<PlanLimit> Limits, QuotaDemand Demand);
