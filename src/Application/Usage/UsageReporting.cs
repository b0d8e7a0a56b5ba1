using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Usage;

/// <summary>Reports of one user's usage, for the user and for admins.</summary>
internal sealed class UsageReporting(IUsageQueries usage, TimeProvider clock)
{
    private const int LongestDays = 366;

    /// <summary>What a user was charged for from a moment (default: the beginning of the month) to another (default: now), at most 366 days.</summary>
    public async Task<Result<UsageReportDto>> ReportAsync(
        UserId user, DateTimeOffset? first, DateTimeOffset? end, UsageGrouping by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var from = first?.ToUniversalTime() ?? new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var to = end?.ToUniversalTime() ?? now;
        if (from >= to)
            return Error.Invalid("from", "Must be before 'to'.");
        if (to - from > TimeSpan.FromDays(LongestDays))
            return Error.Invalid("from", $"At most {LongestDays} days before 'to'.");

        var lines = await usage.SumAsync(user, from, to, by, ct);
        return new UsageReportDto(from, to, Total(lines), lines);
    }

    private static UsageFiguresDto Total(IReadOnlyList<UsageLineDto> lines) => new(
        lines.Sum(line => line.Requests),
        lines.Sum(line => line.PromptTokens),
        lines.Sum(line => line.CachedPromptTokens),
        lines.Sum(line => line.CompletionTokens),
        lines.Sum(line => line.ReasoningTokens),
        lines.Sum(line => line.CostMicros));
}
