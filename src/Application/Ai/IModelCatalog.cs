using CleanLlm.Domain.Models;

namespace CleanLlm.Application.Ai;

/// <summary>The models that the configured providers serve.</summary>
public interface IModelCatalog
{
    /// <summary>All models; the first is the default. Never empty. Cached, so it costs no round trip when warm.</summary>
    ValueTask<IReadOnlyList<Model>> ListAsync(CancellationToken ct);

    /// <summary>Those of <see cref="CandidatesAsync"/> that go by the name themselves, as their id or an alias; without those that only stand in.</summary>
    ValueTask<IReadOnlyList<Model>> NamedAsync(string model, CancellationToken ct);

    /// <summary>Who may answer for a model: each provider that serves it, then the smaller models that may stand in. Empty when unknown.</summary>
    ValueTask<IReadOnlyList<Model>> CandidatesAsync(string model, CancellationToken ct);
}
