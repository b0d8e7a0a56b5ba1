namespace CleanLlm.Application.Ai;

/// <summary>How the AI providers are doing, as this instance sees them.</summary>
public interface IProviderStates
{
    /// <summary>All configured providers, those that are asked first in front. Asks none of them, unless their models are not known yet.</summary>
    ValueTask<IReadOnlyList<ProviderDto>> ReadAsync(CancellationToken ct);
}
