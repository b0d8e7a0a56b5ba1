namespace CleanLlm.WebApi.Startup;

/// <summary>The background services that ended by themselves: they cause a stop, and the others are told to stop after it.</summary>
/// <param name="services">What each of them runs, by now.</param>
internal sealed class FallenServices(Func<IEnumerable<Task>> services)
{
    private readonly Lock gate = new();
    private IReadOnlyList<Exception> fallen = [];

    /// <summary>Why they ended; empty while none has.</summary>
    public IReadOnlyList<Exception> All
    {
        get
        {
            lock (gate)
                return fallen;
        }
    }

    /// <summary>Notes those that have ended by now, unless some were noted before.</summary>
    /// <param name="isCancellationFailure">Whether a cancelled service has ended by itself too.</param>
    public void Look(bool isCancellationFailure)
    {
        lock (gate)
        {
            if (fallen.Count == 0)
                fallen = [.. services().Select(task => Failure(task, isCancellationFailure)).OfType<Exception>()];
        }
    }

    private static Exception? Failure(Task service, bool isCancellationFailure) => service switch
    {
        { IsFaulted: true } => service.Exception!.InnerException,
        { IsCanceled: true } when isCancellationFailure => new TaskCanceledException(service),
        _ => null,
    };
}
