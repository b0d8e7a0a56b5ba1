using System.Runtime.InteropServices;

namespace CleanLlm.WebApi.Http;

/// <summary>The first SIGTERM or Ctrl-C lets the process leave in order, the second ends it at once: as a crash, which the next sweep cleans up after.</summary>
internal sealed class SecondSignal : IHostedService, IDisposable
{
    // What a shell says of a process that the signal has ended.
    private const int Terminated = 143;
    private const int Interrupted = 130;

    private readonly List<PosixSignalRegistration> registrations = [];
    private int signals;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Count(Terminated)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Count(Interrupted)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    // The host handles the first one.
    private void Count(int exitCode)
    {
        if (Interlocked.Increment(ref signals) > 1)
            Environment.Exit(exitCode);
    }
}
