using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>From what a client of the port reports to what the domain resolves, and the names of figures that the port has none for.</summary>
public static class UsageReports
{
    /// <summary>In <see cref="UsageDetails.AdditionalCounts"/>: prompt tokens that the provider put into its cache.</summary>
    public const string CacheWrite = "cache_write_tokens";

    /// <summary>In <see cref="UsageDetails.AdditionalCounts"/>: 1 when the prompt's tokens hold neither cached tokens nor cache writes.</summary>
    public const string PromptExcludesCache = "input_excludes_cache";

    /// <summary>The figures as they came; none when nothing was reported.</summary>
    public static ReportedUsage ToReported(this UsageDetails? usage) => usage is null ? default : new ReportedUsage
    {
        Prompt = usage.InputTokenCount,
        CachedPrompt = usage.CachedInputTokenCount,
        CacheWrite = Additional(usage, CacheWrite),
        Completion = usage.OutputTokenCount,
        Reasoning = usage.ReasoningTokenCount,
        Total = usage.TotalTokenCount,
        PromptExcludesCache = Additional(usage, PromptExcludesCache) == 1,
    };

    private static long? Additional(UsageDetails usage, string name) =>
        usage.AdditionalCounts?.TryGetValue(name, out var count) == true ? count : null;
}
