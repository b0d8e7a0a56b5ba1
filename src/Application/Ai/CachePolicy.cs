using CleanLlm.Application.Security;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Ai;

/// <summary>Decides whether an answer may come from the cache, and which callers share it.</summary>
internal sealed class CachePolicy(IOptions<ResponseCacheOptions> options)
{
    /// <summary>The terms of one call; null when it does not use the cache.</summary>
    /// <param name="user">The user.</param>
    /// <param name="plan">The user's plan.</param>
    /// <param name="wanted">What the caller said; null for nothing.</param>
    /// <param name="temperature">Only at 0 is a model expected to repeat its answer.</param>
    /// <param name="isStored">When false, the answer is not cached either, unless the caller asks for the cache.</param>
    public CacheTerms? TermsFor(UserId user, Plan plan, bool? wanted, float? temperature, bool isStored)
    {
        if (!options.Value.Enabled || !(wanted ?? (isStored && temperature == 0)))
            return null;
        return new CacheTerms(options.Value.SharedPlans.Contains(plan.Name, StringComparer.Ordinal) ? ContentOwner.Of(plan.Id) : ContentOwner.Of(user));
    }
}
