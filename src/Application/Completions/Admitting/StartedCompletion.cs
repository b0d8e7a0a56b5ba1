using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>A completion that a request has made, now or when the same request came before.</summary>
/// <param name="Id">Identifies it.</param>
/// <param name="UserId">Who pays.</param>
/// <param name="Run">It, when this request made it; null for a repetition, which is read through the <see cref="CompletionFeed"/>.</param>
public sealed record StartedCompletion(CompletionId Id, UserId UserId, CompletionRun? Run)
{
    /// <summary>Whether the same request had made it before.</summary>
    public bool IsReplay => Run is null;

    /// <summary>The user's limits as they stood after admission; none for a repetition, which uses nothing.</summary>
    public IReadOnlyList<QuotaLimitDto> Limits => Run?.Limits ?? [];

    internal static StartedCompletion Of(CompletionRun run) => new(run.Id, run.UserId, run);
}
