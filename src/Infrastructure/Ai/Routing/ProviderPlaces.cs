using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Looks at the bulkheads of providers.</summary>
internal sealed class ProviderPlaces(ProviderPool pool) : IProviderPlaces
{
    public bool Any(IReadOnlyList<Model> candidates, bool isBackground)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (pool[candidates[i].Provider].Bulkhead.HasRoom(isBackground))
                return true;
        }

        return candidates.Count == 0;
    }
}
