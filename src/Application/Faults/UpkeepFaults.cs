using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Faults;

/// <summary>
/// Logs the faults of work that is retried at intervals: once when it begins to fail, and once when it succeeds again.
/// However long the database is away and however many retries fail, that is two lines (docs/decisions/0040).
/// </summary>
/// <param name="what">The work, as the beginning of a sentence.</param>
/// <param name="faults">Tells an outage of the database, of which the cause is told, from a bug, which is told with its trace.</param>
/// <param name="logger">Of the service whose work it is.</param>
public sealed partial class UpkeepFaults(string what, IDatabaseFaults faults, ILogger logger)
{
    private readonly Lock gate = new();

    // What it fails by now, and was told; nothing while it succeeds.
    private readonly HashSet<Type> bugs = [];
    private bool isAway;

    /// <summary>Work that has something to do whenever it is done.</summary>
    public static Func<CancellationToken, Task<bool>> Always(Func<CancellationToken, Task> work) => async ct =>
    {
        await work(ct);
        return true;
    };

    /// <summary>Does the work. A failure is told and kept; only the end of waiting is thrown.</summary>
    /// <param name="work">May be done again whenever it fails.</param>
    /// <param name="ct">Ends it.</param>
    public Task TryAsync(Func<CancellationToken, Task> work, CancellationToken ct) => TryAsync(Always(work), ct);

    /// <summary>Does the work. A failure is told and kept; only the end of waiting is thrown.</summary>
    /// <param name="work">May be done again whenever it fails. It returns whether there was anything to do: if not, it has not succeeded either.</param>
    /// <param name="ct">Ends it.</param>
    public async Task TryAsync(Func<CancellationToken, Task<bool>> work, CancellationToken ct)
    {
        try
        {
            if (await work(ct))
                Succeeded();
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            Failed(fault);
        }
    }

    /// <summary>It failed, not because it was told to end, and will be tried again.</summary>
    public void Failed(Exception fault)
    {
        lock (gate)
        {
            foreach (var cause in Causes(fault))
                Tell(cause);
        }
    }

    /// <summary>It was done.</summary>
    public void Succeeded()
    {
        lock (gate)
        {
            if (!isAway && bugs.Count == 0)
                return;
            isAway = false;
            bugs.Clear();
            LogBack(what);
        }
    }

    private void Tell(Exception fault)
    {
        var cause = fault.GetBaseException();
        if (!faults.IsTransient(fault) && !IsTimeLimit(fault))
        {
            if (bugs.Add(cause.GetType()))
                LogFailed(fault, what);
            return;
        }

        if (!isAway)
            LogAway(what, IsTimeLimit(fault) ? "it does not answer in time" : cause.Message);
        isAway = true;
    }

    private static IEnumerable<Exception> Causes(Exception fault) =>
        fault is AggregateException { InnerExceptions.Count: > 0 } several ? several.InnerExceptions.SelectMany(Causes) : [fault];

    // The caller did not cancel it, so a time limit did: the database hangs.
    private static bool IsTimeLimit(Exception fault) => fault is OperationCanceledException || (fault.InnerException is { } cause && IsTimeLimit(cause));

    [LoggerMessage(LogLevel.Warning, "{What} waits for the database ({Cause})")]
    private partial void LogAway(string what, string cause);

    [LoggerMessage(LogLevel.Warning, "{What} failed and will be tried again")]
    private partial void LogFailed(Exception fault, string what);

    [LoggerMessage(LogLevel.Information, "{What} succeeds again")]
    private partial void LogBack(string what);
}
