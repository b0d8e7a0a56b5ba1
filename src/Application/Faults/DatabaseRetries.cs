using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Faults;

/// <summary>
/// Retries what failed because the database was away, at growing intervals and few at once. It is for what no caller would repeat:
/// what only a request needs fails with it, so that its caller knows at once (docs/decisions/0040).
/// </summary>
public sealed partial class DatabaseRetries(IDatabaseFaults faults, TimeProvider clock, ILogger<DatabaseRetries> logger) : IDisposable
{
    // However many wait, so few of them run at once on a database that is back.
    private const int MostAtOnce = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim retries = new(MostAtOnce);

    // Work in the background has its own place, so that it never stands before work that a caller waits for.
    private readonly SemaphoreSlim asides = new(1);

    /// <summary>Does it, until it has succeeded once.</summary>
    /// <param name="what">What is done, for the log.</param>
    /// <param name="work">Must be right to do again when it is not known whether it had succeeded.</param>
    /// <param name="ct">Gives up.</param>
    public Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> work, CancellationToken ct) => RunAsync(retries, what, work, ct);

    /// <summary>Does work in the background until it has succeeded once. Such work is retried one after the other.</summary>
    /// <inheritdoc cref="RunAsync{T}(string, Func{CancellationToken, Task{T}}, CancellationToken)"/>
    public Task<T> RunInBackgroundAsync<T>(string what, Func<CancellationToken, Task<T>> work, CancellationToken ct) => RunAsync(asides, what, work, ct);

    /// <inheritdoc />
    public void Dispose()
    {
        retries.Dispose();
        asides.Dispose();
    }

    private async Task<T> RunAsync<T>(SemaphoreSlim places, string what, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        try
        {
            return await work(ct);
        }
        catch (Exception fault) when (faults.IsTransient(fault) && !ct.IsCancellationRequested)
        {
            LogRetrying(what, fault.GetBaseException().Message);
        }

        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            // Half of it is random, so that calls that failed together do not retry together.
            await Task.Delay(pause * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0), clock, ct);
            await places.WaitAsync(ct);
            try
            {
                return await work(ct);
            }
            catch (Exception fault) when (faults.IsTransient(fault) && !ct.IsCancellationRequested)
            {
                // The next round.
            }
            finally
            {
                places.Release();
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{What} could not be stored ({Cause}) and is tried again")]
    private partial void LogRetrying(string what, string cause);
}
