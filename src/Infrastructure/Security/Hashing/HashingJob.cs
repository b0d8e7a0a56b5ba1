using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>A password to be hashed at the <see cref="HashingGate"/>.</summary>
internal abstract class HashingJob
{
    private LinkedListNode<HashingJob>? place;

    /// <summary>Its payer.</summary>
    public HashingShare Share { get; private set; } = null!;

    /// <summary>Whether it has a place among those that wait.</summary>
    public bool IsWaiting => place is not null;

    public void Enter(HashingShare share) => (Share, place) = (share, share.Waiting.AddLast(this));

    public void Leave()
    {
        Share.Waiting.Remove(place!);
        place = null;
    }

    /// <summary>Does the work and keeps the outcome.</summary>
    public abstract void Hash();

    /// <summary>Gives the outcome to the waiting caller.</summary>
    public abstract void Publish();

    /// <summary>Ends the waiting without the work.</summary>
    public abstract void Refuse();

    /// <summary>Ends the wait of a caller that has left.</summary>
    public abstract void Cancel(CancellationToken ct);
}

/// <inheritdoc cref="HashingJob" />
/// <typeparam name="T">The outcome.</typeparam>
internal sealed class HashingJob<T>(Func<T> hash) : HashingJob
{
    private readonly TaskCompletionSource<Result<T>> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Result<T> hashed;
    private Exception? failure;

    public Task<Result<T>> Outcome => outcome.Task;

    public override void Hash()
    {
        try
        {
            hashed = hash();
        }
        catch (Exception exception)
        {
            failure = exception;
        }
    }

    public override void Publish()
    {
        if (failure is null)
            outcome.TrySetResult(hashed);
        else
            outcome.TrySetException(failure);
    }

    public override void Refuse() => outcome.TrySetResult(AuthErrors.Busy);

    public override void Cancel(CancellationToken ct) => outcome.TrySetCanceled(ct);
}
