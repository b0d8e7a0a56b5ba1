using CleanLlm.Domain.Models;

namespace CleanLlm.Application.Ai;

/// <summary>The models that the configured providers serve.</summary>
public interface IModelCatalog
{
    /// <summary>All models; the first is the default. Never empty. Cached, so it costs no round trip when warm.</summary>
    ValueTask<IReadOnlyList<Model>> ListAsync(CancellationToken ct);
}
