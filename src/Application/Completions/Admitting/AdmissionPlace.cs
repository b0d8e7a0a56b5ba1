using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>The place of a request that is in the <see cref="AdmissionGate"/>; given back when it is disposed of.</summary>
internal sealed class AdmissionPlace(AdmissionGate gate) : IDisposable
{
    private bool isHeld = true;

    /// <summary>Gives the place to others while the request waits for something that is not the database.</summary>
    public void StepOut()
    {
        gate.Leave();
        isHeld = false;
    }

    /// <summary>Asks for a place again, ahead of those that were never in.</summary>
    /// <returns>Null when it is in; else why it is not.</returns>
    public async ValueTask<Error?> StepInAsync(CancellationToken ct)
    {
        var refusal = await gate.ReturnAsync(ct);
        isHeld = refusal is null;
        return refusal;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (isHeld)
            gate.Leave();
        isHeld = false;
    }
}
