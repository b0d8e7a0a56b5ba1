using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Watches an answer that may become longer than what is held of it, and enlarges the hold in time. While nothing more is to be had, the answer
/// is not read any further; it ends when the time to wait is over, or the budget is used (docs/decisions/0056).
/// </summary>
/// <param name="run">The answer.</param>
/// <param name="admitted">What it was admitted as.</param>
/// <param name="growth">Enlarges the hold.</param>
/// <param name="tokens">Counts.</param>
internal sealed class GrowingHold(CompletionRun run, AdmittedCompletion admitted, HoldGrowth growth, ITokenCounter tokens)
{
    // More is asked for when so many tokens are left, which lets the answer go on meanwhile in most cases.
    private const int Early = Reservation.Portion / 4;

    // Fewer bytes are not waited for before the next count.
    private const int Step = Early / 4;

    private readonly Completion completion = admitted.Completion;
    private readonly StringBuilder uncounted = new();

    // What was counted piece by piece, which is a little more than the whole counts.
    private int counted;

    // A token is at least one byte: so many bytes may come before anything can have changed.
    private long bytesToCount = admitted.Completion.Reservation!.CompletionTokens - Early;
    private bool isRefused;

    /// <summary>Whether the database may hold more for it than is known here, as its answer was lost.</summary>
    public bool IsUncertain { get; private set; }

    private Reservation Held => completion.Reservation!;

    private bool IsWhole => Held.CompletionTokens == Held.Bound;

    /// <summary>Whether an admitted completion holds less than its longest answer takes.</summary>
    public static bool IsNeededFor(AdmittedCompletion admitted) =>
        admitted.Completion.Reservation is { } held && held.CompletionTokens < held.Bound;

    /// <summary>Takes note of what has come of the answer, and returns once all of it is held.</summary>
    /// <exception cref="OperationCanceledException">The answer ends here: no more of it can be held, or the run was stopped.</exception>
    public ValueTask CoverAsync(ChatResponseUpdate update, CancellationToken ct)
    {
        var wasDue = bytesToCount <= 0;
        var hasText = false;
        for (var i = 0; i < update.Contents.Count; i++)
        {
            var text = TextOf(update.Contents[i]);
            hasText |= text.Length > 0;
            Note(text);
        }

        // What comes from the cache costs nothing, and the end of an answer needs no more. Some servers go on after they have told it.
        var isEnd = update.FinishReason is not null && !wasDue;
        return bytesToCount > 0 || !hasText || isEnd || IsWhole || run.Call.Cached ? ValueTask.CompletedTask : new ValueTask(CoverAsync(ct));
    }

    /// <summary>
    /// The answer has ended. Its provider may have counted more than was seen of it, so that is asked for too; what cannot be had
    /// now is not charged.
    /// </summary>
    public async Task EndAsync()
    {
        if (IsWhole || run.Call.Cached)
            return;
        var used = run.Tokens(completion.PromptTokens, tokens.Count, UsageBasis.Partial).CompletionTokens;
        if (used > Held.CompletionTokens)
            await TryGrowAsync(used);
    }

    private async Task CoverAsync(CancellationToken ct)
    {
        counted += tokens.Count(uncounted.ToString());
        uncounted.Clear();
        if (counted >= Held.CompletionTokens)
            counted = run.Counted(completion.PromptTokens, tokens.Count, UsageBasis.Counted).CompletionTokens;
        else if (!isRefused && Held.CompletionTokens - counted < Early + Step)
            isRefused = !await TryGrowAsync(Held.CompletionTokens + Reservation.Portion);
        while (counted >= Held.CompletionTokens && !IsWhole)
        {
            if (!await WaitAsync(counted + Reservation.Portion, ct))
            {
                run.CutShort();
                throw new OperationCanceledException(ct);
            }

            isRefused = false;
        }

        bytesToCount = Held.CompletionTokens - counted - (isRefused ? 0 : Early);
    }

    private async Task<bool> TryGrowAsync(int wanted)
    {
        try
        {
            return await GrowAsync(growth.TryAsync(completion, admitted.Terms, wanted));
        }
        catch (Exception)
        {
            // The answer goes on with what it holds. A failure that lasts shows at the wait at the end of the hold.
            return false;
        }
    }

    private Task<bool> WaitAsync(int wanted, CancellationToken ct) => GrowAsync(growth.WaitAsync(completion, admitted.Terms, wanted, ct));

    private async Task<bool> GrowAsync(Task<Result<Reservation>> growing)
    {
        var wasUncertain = IsUncertain;
        IsUncertain = true;
        var grown = await growing;
        // A refusal tells nothing of a growth before it whose answer was lost.
        IsUncertain = wasUncertain && !grown.IsSuccess;
        if (!grown.IsSuccess)
            return false;
        lock (completion)
            completion.Grow(grown.Value);
        return true;
    }

    private void Note(string text)
    {
        uncounted.Append(text);
        bytesToCount -= Encoding.UTF8.GetByteCount(text);
    }

    private static string TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => reasoning.Text,
        ToolCallFragment piece => piece.Name + piece.Arguments,
        FunctionCallContent call => TextOf(ToolCallFragment.Of(call, index: 0)),
        _ => "",
    };
}
