using CleanLlm.Application.Completions.Running;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>How the completions of an instance end when its process leaves (docs/decisions/0048).</summary>
public sealed class CompletionDeparture(AdmissionGate gate, RunningCompletions running)
{
    /// <summary>
    /// Refuses what is not admitted yet, lets what runs finish for <c>Completions:DrainSeconds</c>, and ends the rest: typed, stored and charged as
    /// far as it came.
    /// </summary>
    /// <param name="ct">Ends the wait for running ones earlier.</param>
    public async Task LeaveAsync(CancellationToken ct)
    {
        // Those inside become runs while the first ones end; the second look finds what came of them.
        var emptied = gate.CloseAsync();
        await running.DrainAsync(ct);
        await Task.WhenAny(emptied, Task.Delay(Timeout.Infinite, ct));
        await running.DrainAsync(ct);
    }
}
