using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Ai;

/// <summary>Decides whether an answer may come from the cache, and which callers share it.</summary>
internal sealed class CachePolicy(IOptions<ResponseCacheOptions> options)
{
    /// <summary>The terms of one call; null when it has nothing to do with the cache.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="plan">The user's plan.</param>
    /// <param name="wanted">What the caller said; null for nothing.</param>
    /// <param name="temperature">Only at 0 does a model mean to answer the same again.</param>
    /// <param name="isStored">Who wants nothing kept gets nothing kept, unless they ask for the cache.</param>
    public CacheTerms? TermsFor(UserId user, Plan plan, bool? wanted, float? temperature, bool isStored)
    {
        if (!options.Value.Enabled || !(wanted ?? (isStored && temperature == 0)))
            return null;
        return new CacheTerms(options.Value.SharedPlans.Contains(plan.Name, StringComparer.Ordinal) ? $"plan:{plan.Id}" : $"user:{user}");
    }
}
