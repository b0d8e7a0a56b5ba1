using CleanLlm.Application.Ai;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Completions;

/// <summary>
/// An admitted completion that is being answered, whoever listens. Its log and its outcome are readers' ends;
/// neither closing a connection nor reading slowly touches the run.
/// </summary>
public sealed class CompletionRun
{
    // What a piece takes beside its text, so that very many very small ones are bounded too.
    private const int PieceOverhead = 64;

    // Vocabularies differ, most in languages other than English: an answer that keeps to its bound may count so much more by ours.
    private const double TokenTolerance = 1.5;

    private readonly int maxOutputBytes;
    private long overhead;
    private bool isAnswered;
    private readonly Completion completion;
    private readonly CancellationTokenSource stop;
    private readonly TaskCompletionSource<Result<CompletionDto>> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CompletionRun(Completion completion, RoutedCall call, IReadOnlyList<QuotaLimitDto> limits, int maxOutputBytes)
    {
        (this.completion, Call, Limits, Answer) = (completion, call, limits, new AnswerBuffer());
        // Not disposed of: it holds no timer of its own, and a cancel may come at any moment.
        stop = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken.None);
        this.maxOutputBytes = maxOutputBytes;
        Id = completion.Id;
        UserId = completion.UserId;
        Model = completion.Model;
        MaxCompletionTokens = completion.Reservation!.CompletionTokens;
        CheckpointedAt = completion.CreatedAt;
        Log.Append(new CompletionStarted(Id, Model));
    }

    /// <summary>Identifies the completion.</summary>
    public CompletionId Id { get; }

    /// <summary>The user's limits as they stood after admission.</summary>
    public IReadOnlyList<QuotaLimitDto> Limits { get; }

    /// <summary>What happens, event by event.</summary>
    public CompletionLog Log { get; } = new();

    /// <summary>How it ends: set once the final state is stored.</summary>
    public Task<Result<CompletionDto>> Outcome => outcome.Task;

    /// <summary>Ends it on behalf of its caller: the call of the model stops, and what had been produced is kept and charged.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        // A run that has just ended by itself has no call left to stop.
        if (!Outcome.IsCompleted)
            stop.Cancel();
    }

    /// <summary>Ends it because the caller who asked for that has left, unless somebody else has come to read it.</summary>
    public void CancelIfUnread()
    {
        if (!Log.HasAudience)
            Cancel();
    }

    /// <summary>Whether its caller wants no more of it.</summary>
    internal bool IsCancelled { get; private set; }

    /// <summary>Whether it went on beyond its bound of tokens and was therefore stopped, as if the model had kept to it.</summary>
    internal bool IsCutShort { get; private set; }

    /// <summary>Cancelled when the call of the model is to stop, for whatever reason.</summary>
    internal CancellationTokenSource Stop => stop;

    internal Domain.Users.UserId UserId { get; }

    internal string Model { get; }

    internal int MaxCompletionTokens { get; }

    internal AnswerBuffer Answer { get; }

    /// <summary>Who may answer, and who did.</summary>
    internal RoutedCall Call { get; }

    internal ToolCallBuffer ToolCalls { get; } = new();

    /// <summary>When its state was last stored.</summary>
    internal DateTimeOffset CheckpointedAt { get; set; }

    /// <summary>What the provider said it counted; null as long as it has not.</summary>
    internal UsageDetails? ReportedUsage { get; set; }

    /// <summary>Why the provider said the answer ended.</summary>
    internal ChatFinishReason? FinishReason { get; set; }

    /// <summary>Takes in a piece of the answer and shows it to readers.</summary>
    /// <returns>False once the answer has outgrown what is allowed.</returns>
    internal bool Append(string piece)
    {
        var shown = Answer.Append(piece);
        overhead += PieceOverhead;
        if (shown.Length > 0)
            Log.Append(new CompletionDelta(shown));
        return !IsOverfull;
    }

    /// <summary>Takes in a piece of a tool call and shows it to readers.</summary>
    /// <returns>False once the answer has outgrown what is allowed.</returns>
    internal bool Append(ToolCallFragment piece)
    {
        overhead += PieceOverhead;
        var place = ToolCalls.Append(piece);
        Log.Append(new CompletionDelta("") { ToolCall = new ToolCallDelta(place, piece.Id, piece.Name, piece.Arguments ?? "") });
        return !IsOverfull;
    }

    private Model Serving => Call.Served ?? Call.Candidates[0];

    /// <summary>The model has said all it will: from now on nothing is cut short, nor was it if the end came first.</summary>
    internal void EndAnswer()
    {
        lock (completion)
            (isAnswered, IsCutShort) = (true, false);
    }

    /// <summary>What to store of a run that goes on; null when it has ended, or now ends because its model does not keep to the bound.</summary>
    internal CompletionCheckpoint? Checkpoint(Func<string, int> count, DateTimeOffset now, TimeSpan lease)
    {
        var text = Answer.Text;
        var tokens = Count(text, count);
        lock (completion)
        {
            if (completion.Status != CompletionStatus.Running)
                return null;
            IsCutShort |= !isAnswered && tokens > MaxCompletionTokens * TokenTolerance;
            if (!IsCutShort)
            {
                completion.AnsweredBy(Serving);
                // What comes from the cache, or is paid for by who asked first, a crash must not charge.
                return completion.Checkpoint(text, Call.Cached ? 0 : tokens, now + lease);
            }
        }

        stop.Cancel();
        return null;
    }

    /// <summary>Brings it to its final state.</summary>
    internal CompletionClosing Close(Error? error, Func<string, int> count, DateTimeOffset now)
    {
        var text = Answer.Text;
        lock (completion)
        {
            completion.AnsweredBy(Serving);
            if (Call.Cached)
                completion.AnsweredFromCache();
            completion.Calls(ToolCalls.Calls);
            if (error is null)
                return completion.Succeed(text, Tokens(text, count, UsageBasis.Counted), IsCutShort ? Domain.Completions.FinishReason.Length : Map(FinishReason), now);
            var tokens = Tokens(text, count, UsageBasis.Partial);
            return error == CompletionErrors.Cancelled
                ? completion.Cancel(text, tokens, modelWasAsked: Call.Served is not null, now)
                : completion.Fail(error, text, tokens, now);
        }
    }

    /// <summary>Tells every reader how it ended.</summary>
    internal void End(Result<CompletionDto> ended)
    {
        Log.Append(CompletionOutcome.EventOf(ended));
        outcome.SetResult(ended);
    }

    // A figure that cannot be true is as good as none: it must not charge, or give back, what was never used. Some servers fill in zeros.
    private TokenCount Tokens(string text, Func<string, int> count, UsageBasis unreported) => ReportedUsage is
    {
        InputTokenCount: > 0 and <= int.MaxValue and var prompt,
        OutputTokenCount: >= 0 and <= int.MaxValue and var answer,
    } && (answer > 0 || (text.Length == 0 && ToolCalls.Calls.Count == 0))
        ? new TokenCount((int)prompt, (int)answer, UsageBasis.Reported)
        : new TokenCount(completion.PromptTokens, Count(text, count), unreported);

    private int Count(string text, Func<string, int> count) => count(text) + ToolCalls.Calls.Sum(call => count(call.Name) + count(call.Arguments));

    private bool IsOverfull => Answer.Bytes + ToolCalls.Bytes > maxOutputBytes || overhead > maxOutputBytes || ToolCalls.IsOverfull;

    private static FinishReason Map(ChatFinishReason? reason) => reason?.Value switch
    {
        "length" => Domain.Completions.FinishReason.Length,
        "content_filter" => Domain.Completions.FinishReason.ContentFilter,
        "tool_calls" => Domain.Completions.FinishReason.ToolCalls,
        _ => Domain.Completions.FinishReason.Stop,
    };
}
