using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// An admitted completion that is being answered, with or without readers. They see its log and its outcome;
/// neither closing a connection nor reading slowly touches the run.
/// </summary>
public sealed class CompletionRun : ILeaseholder
{
    // What a piece takes beside its text, so that very many very small ones are bounded too.
    private const int PieceOverhead = 64;

    // Vocabularies differ, most in languages other than English: an answer that keeps to its bound may count so much more by ours.
    private const double TokenTolerance = 1.5;

    private readonly int maxOutputBytes;
    private readonly List<MessageField> fields = [];
    private long overhead;
    private long fieldBytes;
    private bool isAnswered;
    private readonly Completion completion;
    private readonly AnswerContext context;
    private readonly CancellationTokenSource stop;
    private readonly TaskCompletionSource<Result<CompletionDto>> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="admitted">What is answered.</param>
    /// <param name="steps">What the answer passes through, in their order.</param>
    /// <param name="maxOutputBytes">How large it may become.</param>
    internal CompletionRun(AdmittedCompletion admitted, AnswerSteps steps, int maxOutputBytes)
    {
        (completion, Call, Limits, EarlierAnswers) = (admitted.Completion, admitted.Call, admitted.Limits, admitted.EarlierAnswers);
        context = new AnswerContext(completion.UserId)
        {
            Restorations = admitted.Restorations,
            Instructions = admitted.Instructions,
            Settings = admitted.Settings,
        };
        Answer = new AnswerBuffer(() => steps.Begin(AnswerStrand.Text, context));
        Reasoning = new AnswerBuffer(() => steps.Begin(AnswerStrand.Reasoning, context));
        ToolCalls = new ToolCallBuffer(strand => steps.Begin(strand, context));
        // Not disposed of: it holds no timer of its own, and a cancel may come at any moment.
        stop = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken.None);
        (this.maxOutputBytes, IsStreamed) = (maxOutputBytes, admitted.IsStreamed);
        Id = completion.Id;
        UserId = completion.UserId;
        Model = completion.Model;
        MaxCompletionTokens = completion.Reservation!.Bound;
        CheckpointedAt = completion.CreatedAt;
        Log.Append(new CompletionStarted(Id, Model));
    }

    /// <summary>Identifies the completion.</summary>
    public CompletionId Id { get; }

    /// <summary>The user's limits as they stood after admission, and once it has ended, after settling.</summary>
    public IReadOnlyList<QuotaLimitDto> Limits { get; private set; }

    /// <summary>What happens, event by event.</summary>
    public CompletionLog Log { get; } = new();

    /// <summary>How it ends: set once the final state is stored.</summary>
    public Task<Result<CompletionDto>> Outcome => outcome.Task;

    /// <summary>Waits until a provider has been asked, which is at once unless all their places are taken.</summary>
    /// <returns>Why none was; null when one was asked, or when the cache may answer.</returns>
    public async ValueTask<Error?> UnaskedFailureAsync(CancellationToken ct)
    {
        if (Call.Served is not null || Call.Cache is not null)
            return null;
        await Task.WhenAny(Call.AskedAsync(), Outcome).WaitAsync(ct);
        return Call.Served is null ? (await Outcome).Error : null;
    }

    /// <summary>Ends it on behalf of its caller: the call of the model stops, and what had been produced is kept and charged.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        // A run that has just ended by itself has no call left to stop.
        if (!Outcome.IsCompleted)
            stop.Cancel();
    }

    /// <summary>Ends it because the caller who asked for that has left, unless another reader has come.</summary>
    public void CancelIfUnread()
    {
        if (!Log.HasReaders)
            Cancel();
    }

    /// <summary>Whether its caller wants no more of it.</summary>
    internal bool IsCancelled { get; private set; }

    /// <summary>Whether it was stopped at its bound of tokens, or because no more of it could be held: it ends as if the model had kept to that.</summary>
    internal bool IsCutShort { get; private set; }

    /// <summary>Cancelled when the call of the model is to stop, for whatever reason.</summary>
    internal CancellationTokenSource Stop => stop;

    internal Domain.Ids.UserId UserId { get; }

    internal string Model { get; }

    /// <summary>Whether its caller reads it piece by piece.</summary>
    internal bool IsStreamed { get; }

    internal int MaxCompletionTokens { get; }

    internal AnswerBuffer Answer { get; }

    /// <summary>What the model says while it reasons, which is no part of the answer's text.</summary>
    internal AnswerBuffer Reasoning { get; }

    /// <summary>The name that the reasoning came under: one of <see cref="ReasoningFields"/>.</summary>
    internal string ReasoningField { get; private set; } = ReasoningFields.Content;

    /// <summary>What the model's family needs back beside text and tool calls.</summary>
    internal IReadOnlyList<MessageField> Fields => fields;

    /// <summary>Who may answer, and who did.</summary>
    internal RoutedCall Call { get; }

    internal ToolCallBuffer ToolCalls { get; }

    /// <summary>The answers that its question had before. No other comes while it runs: one runs at a time for each question.</summary>
    internal IReadOnlyList<Domain.Ids.MessageId> EarlierAnswers { get; }

    /// <inheritdoc />
    Task ILeaseholder.Ended => outcome.Task;

    /// <inheritdoc />
    public DateTimeOffset CheckpointedAt { get; set; }

    /// <summary>What the provider said it counted; null as long as it has not.</summary>
    internal UsageDetails? ReportedUsage { get; set; }

    /// <summary>Why the provider said the answer ended.</summary>
    internal ChatFinishReason? FinishReason { get; set; }

    /// <summary>Takes in a piece of the answer and shows readers what they may see of it.</summary>
    /// <returns>Null while it may go on; else why it ends.</returns>
    internal Error? Append(string piece)
    {
        overhead += PieceOverhead;
        Show(Answer.Append(piece));
        return StopReason;
    }

    /// <summary>Takes in a piece of a tool call and shows readers what they may see of it.</summary>
    /// <returns>As above.</returns>
    internal Error? Append(ToolCallFragment piece)
    {
        overhead += PieceOverhead;
        if (ToolCalls.Append(piece) is { } shown && !context.IsBlocked)
            Log.Add(new CompletionDelta("") { ToolCall = shown });
        return StopReason;
    }

    /// <summary>Takes in a piece of the reasoning and shows readers what they may see of it.</summary>
    /// <returns>As above.</returns>
    internal Error? Append(TextReasoningContent piece)
    {
        overhead += PieceOverhead;
        ReasoningField = ReasoningFields.Of(piece);
        ShowReasoning(Reasoning.Append(piece.Text));
        return StopReason;
    }

    /// <summary>Nothing more comes: shows readers what they may see of what was held back.</summary>
    /// <returns>Null when all may be seen; else why not.</returns>
    internal Error? Flush()
    {
        ShowReasoning(Reasoning.Flush());
        Show(Answer.Flush());
        foreach (var call in ToolCalls.Flush())
            Log.Add(new CompletionDelta("") { ToolCall = call });
        return context.IsBlocked ? CompletionErrors.Blocked : null;
    }

    /// <summary>Takes in a field that the model's family needs back, and shows it to readers who know such fields.</summary>
    /// <returns>As above.</returns>
    internal Error? Append(MessageField field)
    {
        overhead += PieceOverhead;
        var json = field.Value.GetRawText();
        fieldBytes += Encoding.UTF8.GetByteCount(json);
        fields.Add(field);
        Log.Add(new CompletionDelta("") { Field = new MessageFieldDelta(field.Name, json) });
        return StopReason;
    }

    /// <summary>What the steps noticed in the answer so far.</summary>
    internal IReadOnlyList<Finding> Noticed => context.Findings;

    /// <summary>Takes in where the limits stand now that what it held is given back.</summary>
    internal void Settle(IReadOnlyList<QuotaCounter> counters, DateTimeOffset now) =>
        Limits = [.. Limits.Zip(counters, (limit, counter) => limit.At(counter, now))];

    private Model Serving => Call.Served ?? Call.Candidates[0];

    /// <summary>The model has said all it will: from now on nothing is cut short, nor was it if the end came first.</summary>
    internal void EndAnswer()
    {
        lock (completion)
            (isAnswered, IsCutShort) = (true, false);
    }

    /// <summary>The budget pays for no more of the answer: it ends as if the model had stopped at its bound.</summary>
    internal void CutShort()
    {
        lock (completion)
            IsCutShort = !isAnswered;
        stop.Cancel();
    }

    /// <summary>What to store of a run; null when it has ended, or now ends because its model does not keep to the bound.</summary>
    public CompletionCheckpoint? Checkpoint(Func<string, int> count)
    {
        if (Outcome.IsCompleted)
            return null;
        // One document is shown whole or not at all, so a crash leaves nothing of it.
        var text = IsStreamed ? Answer.Text : "";
        var tokens = IsStreamed ? this.Counted(completion.PromptTokens, count, UsageBasis.Partial) : default;
        lock (completion)
        {
            if (completion.Status != CompletionStatus.Running)
                return IsStreamed ? completion.Linger(text) : completion.Linger(text) with { CompletionTokens = 0, ReasoningTokens = 0 };
            IsCutShort |= !isAnswered && tokens.CompletionTokens > MaxCompletionTokens * TokenTolerance;
            if (!IsCutShort)
            {
                completion.AnsweredBy(Serving);
                completion.Notices(context.Findings);
                // What comes from the cache, or is paid for by who asked first, a crash must not charge.
                return completion.Checkpoint(text, Call.Cached ? default : tokens);
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
            completion.Notices(context.Findings);
            if (Call.Cached)
                completion.AnsweredFromCache();
            completion.Calls(ToolCalls.Calls);
            completion.Reasons(Reasoning.Text);
            if (error is null)
            {
                var reason = IsCutShort ? Domain.Completions.FinishReason.Length : FinishReasonMapping.Of(FinishReason, hasToolCalls: ToolCalls.Calls.Count > 0);
                return completion.Succeed(text, this.Tokens(completion.PromptTokens, count, UsageBasis.Counted), reason, now);
            }

            var tokens = this.Tokens(completion.PromptTokens, count, UsageBasis.Partial);
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

    private void Show(string text)
    {
        if (text.Length > 0)
            Log.Add(new CompletionDelta(text));
    }

    private void ShowReasoning(string text)
    {
        if (text.Length > 0)
            Log.Add(new CompletionReasoning(text) { Field = ReasoningField == ReasoningFields.Content ? null : ReasoningField });
    }

    private Error? StopReason => context.IsBlocked ? CompletionErrors.Blocked : IsOverfull ? CompletionErrors.TooLong : null;

    private bool IsOverfull => Answer.Bytes + Reasoning.Bytes + ToolCalls.Bytes + fieldBytes > maxOutputBytes || overhead > maxOutputBytes || ToolCalls.IsOverfull;
}
