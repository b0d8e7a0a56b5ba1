using CleanLlm.Application.Completions.Admitting;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Leaves without a failed request behind a balancer: first it is only not ready, then it refuses what asks a model, lets what runs end, and
/// waits until no further request comes before the server closes connections (docs/decisions/0048).
/// </summary>
internal sealed partial class OrderlyShutdown(
    CompletionDeparture completions, Departure departure, IOptions<HttpOptions> options, TimeProvider clock, ILogger<OrderlyShutdown> logger)
    : IHostedLifecycleService
{
    // Of the whole time, for storing the ends of what had to be ended and for the answers on their way.
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(7);

    // A balancer that has been refused once sends nothing more; until then its requests are refused by an answer, not by a closed connection.
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(500);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        departure.Begin();
        var grace = TimeSpan.FromSeconds(options.Value.ShutdownGraceSeconds);
        LogLeaving(grace.TotalSeconds);
        var whole = TimeSpan.FromSeconds(options.Value.ShutdownSeconds) - Closing;
        using var late = new CancellationTokenSource(whole > TimeSpan.Zero ? whole : TimeSpan.Zero, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await PauseAsync(grace, patience.Token);
        await Task.WhenAll(completions.LeaveAsync(patience.Token), CalmAsync(grace, patience.Token));
        departure.EndReading();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // No longer than the grace: a balancer without readiness checks sends requests to the end.
    private async Task CalmAsync(TimeSpan atMost, CancellationToken ct)
    {
        var since = clock.GetTimestamp();
        departure.NoteRequest();
        while (!ct.IsCancellationRequested && clock.GetElapsedTime(since) < atMost && departure.Quiet is var quiet && quiet < Calm)
            await PauseAsync(Calm - quiet, ct);
    }

    private async Task PauseAsync(TimeSpan time, CancellationToken ct) =>
        await Task.Delay(time, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(LogLevel.Information, "Stopping: not ready any more, and in {Seconds} s no further completions")]
    private partial void LogLeaving(double seconds);
}
