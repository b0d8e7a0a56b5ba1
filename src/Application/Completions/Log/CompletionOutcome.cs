using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Log;

/// <summary>How a completion ended, told from what was kept of it.</summary>
internal static class CompletionOutcome
{
    private static readonly Dictionary<string, Error> Known = Enum.GetValues<ProviderFailure>()
        .Select(failure => ProviderErrors.From(new ProviderException(failure, "")))
        .Concat([CompletionErrors.Interrupted, CompletionErrors.NotStored, CompletionErrors.TooLong, CompletionErrors.Blocked, CompletionErrors.TimedOut, CompletionErrors.Fault])
        .ToDictionary(error => error.Code, StringComparer.Ordinal);

    /// <summary>From the row of one that has ended.</summary>
    public static Result<CompletionDto> Of(CompletionDto ended) => ended.Status == CompletionStatus.Failed
        ? Known.GetValueOrDefault(ended.ErrorCode ?? "", CompletionErrors.Fault)
        : ended;

    /// <summary>From the event that ended it.</summary>
    public static Result<CompletionDto> Of(CompletionEvent ending) => ending switch
    {
        CompletionFinished finished => finished.Completion,
        CompletionCancelled cancelled => cancelled.Completion,
        CompletionFailed failed => failed.Error,
        _ => throw new ArgumentException($"{ending.GetType().Name} ends nothing.", nameof(ending)),
    };

    /// <summary>The event that stands for an outcome.</summary>
    public static CompletionEvent EventOf(Result<CompletionDto> outcome) => outcome switch
    {
        { IsSuccess: false } => new CompletionFailed(outcome.Error),
        { Value.Status: CompletionStatus.Cancelled } => new CompletionCancelled(outcome.Value),
        _ => new CompletionFinished(outcome.Value),
    };
}
