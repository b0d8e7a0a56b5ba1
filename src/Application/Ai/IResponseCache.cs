namespace CleanLlm.Application.Ai;

/// <summary>The answers that are kept for the next equal question.</summary>
public interface IResponseCache
{
    /// <summary>Forgets all answers, on every instance.</summary>
    /// <returns>False when other instances could not be told, so that only this one has forgotten.</returns>
    Task<bool> ClearAsync(CancellationToken ct);
}
