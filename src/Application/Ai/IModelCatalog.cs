using CleanLlm.Domain.Models;

namespace CleanLlm.Application.Ai;

/// <summary>The models that the configured providers serve.</summary>
public interface IModelCatalog
{
    /// <summary>All models; the first is the default. Never empty. Cached, so it costs no round trip when warm.</summary>
    ValueTask<IReadOnlyList<Model>> ListAsync(CancellationToken ct);

    /// <summary>The candidates for a model, by its id or an alias. Each call may meet another catalogue, as models come and go.</summary>
    ValueTask<ModelCandidates> CandidatesAsync(string model, CancellationToken ct);
}

/// <summary>The candidates for a model, at one moment.</summary>
/// <param name="Named">Each provider that serves a model of this name, the most wanted first; empty when it is unknown.</param>
/// <param name="All">The same, then the smaller models that may stand in for them.</param>
public sealed record ModelCandidates(IReadOnlyList<Model> Named, IReadOnlyList<Model> All)
{
    /// <summary>Those of an unknown name.</summary>
    public static ModelCandidates None { get; } = new([], []);
}
