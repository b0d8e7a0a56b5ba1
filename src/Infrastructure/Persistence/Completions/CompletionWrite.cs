using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>An admission, the growth of a hold or a closing that waits for its group.</summary>
/// <param name="completion">The completion it is about.</param>
/// <param name="cipher">Encrypts its content.</param>
/// <param name="changes">What it changes at counters.</param>
internal abstract class CompletionWrite(Completion completion, ContentCipher cipher, IReadOnlyList<CounterChange> changes)
{
    /// <summary>The completion it is about.</summary>
    public Completion Completion { get; } = completion;

    /// <summary>Encrypts its content.</summary>
    public ContentCipher Cipher { get; } = cipher;

    /// <summary>The completion, to be stored.</summary>
    public Sealed<Completion> Row => new(Completion, Cipher);

    /// <summary>What it changes at counters, in the order of what is held.</summary>
    public IReadOnlyList<CounterChange> Changes { get; } = changes;

    /// <summary>How much text of prompts and answers it stores, in UTF-16 characters.</summary>
    public abstract int TextLength { get; }

    /// <summary>Tells the caller the outcome, after the transaction has committed.</summary>
    public abstract void Acknowledge();

    /// <summary>Tells the caller that the write failed, or that its outcome is unknown.</summary>
    public abstract void Fail(Exception fault);
}

/// <summary>A write with its outcome.</summary>
/// <typeparam name="TOutcome">What can come of it.</typeparam>
/// <param name="completion">The completion it is about.</param>
/// <param name="cipher">Encrypts its content.</param>
/// <param name="changes">What it changes at counters.</param>
internal abstract class CompletionWrite<TOutcome>(Completion completion, ContentCipher cipher, IReadOnlyList<CounterChange> changes) : CompletionWrite(completion, cipher, changes)
{
    private readonly TaskCompletionSource<TOutcome?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What came of it, once its group is written; null when nothing was written of it.</summary>
    public TOutcome? Outcome { get; set; }

    /// <summary>Ends when it is acknowledged, with the outcome.</summary>
    public Task<TOutcome?> Ended => ended.Task;

    public override void Acknowledge() => ended.TrySetResult(Outcome);

    public override void Fail(Exception fault) => ended.TrySetException(fault);
}

/// <summary>Reserves and stores a running completion. Its outcome is the counters afterwards, or why it is refused; null when it is to be decided step by step.</summary>
/// <param name="completion">The completion, with what it is to hold.</param>
/// <param name="cipher">Encrypts its content.</param>
/// <param name="limits">What it is held to.</param>
/// <param name="demand">What it may use.</param>
/// <param name="clearance">What must be free of each limit beside what it is to hold, in the unit of the counter.</param>
internal sealed class AdmissionWrite(Completion completion, ContentCipher cipher, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, Func<QuotaMetric, long> clearance)
    : CompletionWrite<Result<IReadOnlyList<QuotaCounter>>?>(completion, cipher, CounterChange.Of(completion, limits, clearance))
{
    /// <summary>Whether each limit, without grants, is at least the amount asked for.</summary>
    public bool IsWithinLimits => Changes.All(change => change.Reserved <= change.Most);

    public override int TextLength => Completion.Prompt?.Length ?? 0;

    /// <summary>What it is held to.</summary>
    public IReadOnlyList<PlanLimit> Limits { get; } = limits;

    /// <summary>What it may use.</summary>
    public QuotaDemand Demand { get; } = demand;
}

/// <summary>
/// Lets the hold of a running completion grow. Its outcome is what it holds then, or why it does not grow; null when it is to be decided step by step.
/// </summary>
internal sealed class GrowthWrite : CompletionWrite<Result<Reservation>?>
{
    /// <param name="completion">The completion, with what it is known to hold.</param>
    /// <param name="cipher">Encrypts its content, of which a growth stores none.</param>
    /// <param name="limits">What it is held to.</param>
    /// <param name="demand">What it may use.</param>
    /// <param name="wanted">How long an answer is to be paid for, in tokens.</param>
    public GrowthWrite(Completion completion, ContentCipher cipher, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted)
        : this(completion, cipher, limits, demand, wanted, completion.Reservation!.LargerFor(limits, demand, wanted, completion.CreatedAt))
    {
    }

    private GrowthWrite(Completion completion, ContentCipher cipher, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, Reservation larger)
        : base(completion, cipher, CounterChange.Of(completion, limits, larger)) =>
        (Limits, Demand, Wanted, Larger) = (limits, demand, wanted, larger);

    public override int TextLength => 0;

    /// <summary>What it is held to.</summary>
    public IReadOnlyList<PlanLimit> Limits { get; }

    /// <summary>What it may use.</summary>
    public QuotaDemand Demand { get; }

    /// <summary>How long an answer is to be paid for, in tokens.</summary>
    public int Wanted { get; }

    /// <summary>Answers that have used what they hold and wait for more.</summary>
    public IReadOnlyCollection<CompletionId> Paused { get; init; } = [];

    /// <summary>What it is to hold.</summary>
    public Reservation Larger { get; }
}

/// <summary>Stores the end of a completion and settles what it held. Its outcome is the counters afterwards; null when it had been closed before.</summary>
/// <param name="closing">What is stored.</param>
/// <param name="cipher">Encrypts its content.</param>
internal class ClosingWrite(CompletionClosing closing, ContentCipher cipher)
    : CompletionWrite<IReadOnlyList<QuotaCounter>>(closing.Completion, cipher, CounterChange.Of(closing))
{
    /// <summary>What is stored.</summary>
    public CompletionClosing Closing { get; } = closing;

    public override int TextLength =>
        (Completion.Answer?.Length ?? 0) + (Completion.Reasoning?.Length ?? 0) + (Closing.Exchange?.Messages.Sum(message => message.Content.Length) ?? 0);
}
