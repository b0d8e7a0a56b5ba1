using System.Runtime.ExceptionServices;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Logs;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// One call of a model and all readers that ask the same while it runs: each reads from the start at its own pace. None owns it,
/// so that it continues while any reader is left, and exactly one pays for it: the first that is present when it ends.
/// </summary>
/// <param name="asked">The call of the first reader; the others' are equal.</param>
internal sealed class SharedAnswer(RoutedCall asked) : IDisposable
{
    private readonly Lock gate = new();
    private readonly AppendLog<ChatResponseUpdate> updates = new();
    private readonly List<SharedAnswerReader> readers = [];
    private readonly CancellationTokenSource abandoned = new();
    private ExceptionDispatchInfo? failure;
    private SharedAnswerReader? payer;
    private State state;

    private enum State
    {
        Running,
        Abandoned,
        Ended,
    }

    /// <summary>Cancelled once its last reader has left.</summary>
    public CancellationToken Abandoned => abandoned.Token;

    /// <summary>What the router is told and what it learns.</summary>
    public RoutedCall Call { get; } = new() { Candidates = asked.Candidates, PromptTokens = asked.PromptTokens };

    /// <summary>Whether the answer had been kept, so that no model was called.</summary>
    public bool IsKept { get; private set; }

    /// <summary>All of the answer so far.</summary>
    public IReadOnlyList<ChatResponseUpdate> Updates => updates.Entries;

    /// <summary>One more reader; null when there is nothing any more to be read here.</summary>
    public SharedAnswerReader? TryJoin(RoutedCall call, bool leads, CancellationToken ct)
    {
        lock (gate)
        {
            if (state == State.Abandoned || failure is not null)
                return null;
            var reader = new SharedAnswerReader(this, updates.Open(ct), call, leads);
            readers.Add(reader);
            return reader;
        }
    }

    /// <summary>Takes in a piece of the answer.</summary>
    public void Publish(ChatResponseUpdate update) => updates.Append(update);

    /// <summary>Takes in an answer that was kept; it costs nothing.</summary>
    public void Publish(CachedAnswer kept)
    {
        lock (gate)
        {
            IsKept = true;
            Call.Served = Call.Candidates.FirstOrDefault(model => model.Provider == kept.Provider && model.Id == kept.Model) ?? Call.Candidates[0];
            updates.Append(kept.ToUpdates());
        }
    }

    /// <summary>Nothing more comes.</summary>
    /// <param name="fault">Why it broke off; null when it did not.</param>
    public void End(Exception? fault)
    {
        lock (gate)
        {
            if (state == State.Running)
                state = State.Ended;
            failure = fault is null ? null : ExceptionDispatchInfo.Capture(fault);
            payer = IsKept ? null : readers.FirstOrDefault();
            updates.End();
        }
    }

    /// <inheritdoc />
    public void Dispose() => abandoned.Dispose();

    /// <summary>For a reader that has read all pieces: throws if the answer broke off.</summary>
    internal void ThrowIfBroken()
    {
        lock (gate)
            failure?.Throw();
    }

    /// <summary>Whether a present reader would pay if all ended now.</summary>
    internal bool Charges(SharedAnswerReader reader)
    {
        lock (gate)
            return (state == State.Running && !IsKept ? readers[0] : payer) == reader;
    }

    /// <returns>Whether the reader pays.</returns>
    internal bool Leave(SharedAnswerReader reader)
    {
        lock (gate)
        {
            readers.Remove(reader);
            if (state != State.Running)
                return payer == reader;
            if (readers.Count > 0)
                return false;
            // Within the lock: once it has ended, its source may be gone.
            state = State.Abandoned;
            _ = abandoned.CancelAsync();
            return !IsKept;
        }
    }
}

/// <summary>A reader of a <see cref="SharedAnswer"/>, which tells its call how it is served; disposing of it tells it finally.</summary>
/// <param name="shared">What is read.</param>
/// <param name="updates">Reads the answer from its start.</param>
/// <param name="call">The reader's own call.</param>
/// <param name="leads">Whether the answer was asked for on its behalf.</param>
internal sealed class SharedAnswerReader(
    SharedAnswer shared, AppendLogReader<ChatResponseUpdate, ArraySegment<ChatResponseUpdate>> updates, RoutedCall call, bool leads) : IDisposable
{
    private ArraySegment<ChatResponseUpdate> unread = ArraySegment<ChatResponseUpdate>.Empty;
    private bool hasRead;

    /// <summary>Whether another caller's request made the call.</summary>
    public bool Follows => !leads;

    /// <summary>How it was answered, for the metrics.</summary>
    public CacheOutcome Outcome => shared.IsKept ? CacheOutcome.Hit : leads ? CacheOutcome.Miss : CacheOutcome.Shared;

    /// <summary>The next piece; null at the end.</summary>
    public async ValueTask<ChatResponseUpdate?> NextAsync()
    {
        if (unread.Count == 0)
            unread = await updates.NextAsync();
        if (unread.Count == 0)
        {
            shared.ThrowIfBroken();
            return null;
        }

        var update = unread[0];
        unread = unread[1..];
        hasRead = true;
        Tell(shared.Charges(this));
        return update;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        updates.Dispose();
        Tell(shared.Leave(this));
    }

    // As it comes and not only at the end, because a crash charges by what was known. A reader that read nothing and pays nothing was not served.
    private void Tell(bool pays)
    {
        var isServed = pays || hasRead;
        call.Cached = isServed && !pays;
        call.Served = isServed ? shared.Call.Served : null;
    }
}
