using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>What a provider says it counted, as the port carries it: its own figures, with nothing computed from them.</summary>
internal static class UsageFigures
{
    /// <summary>What was told before with what is told now. A figure of 0 does not replace one that is known, as some servers fill in zeros.</summary>
    public static UsageDetails? Merge(UsageDetails? before, UsageDetails? now) => before is null || now is null ? now ?? before : new UsageDetails
    {
        InputTokenCount = Later(before.InputTokenCount, now.InputTokenCount),
        OutputTokenCount = Later(before.OutputTokenCount, now.OutputTokenCount),
        TotalTokenCount = Later(before.TotalTokenCount, now.TotalTokenCount),
        CachedInputTokenCount = Later(before.CachedInputTokenCount, now.CachedInputTokenCount),
        ReasoningTokenCount = Later(before.ReasoningTokenCount, now.ReasoningTokenCount),
        AdditionalCounts = Merge(before.AdditionalCounts, now.AdditionalCounts),
    };

    private static AdditionalPropertiesDictionary<long>? Merge(AdditionalPropertiesDictionary<long>? before, AdditionalPropertiesDictionary<long>? now)
    {
        if (before is null || now is null)
            return now ?? before;
        var merged = new AdditionalPropertiesDictionary<long>(before);
        foreach (var (name, count) in now)
        {
            if (count > 0)
                merged[name] = count;
        }

        return merged;
    }

    private static long? Later(long? before, long? now) => now > 0 ? now : before ?? now;
}
