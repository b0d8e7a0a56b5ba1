using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Ai;

/// <summary>Looks into the model catalogue by id or alias.</summary>
internal static class ModelLookup
{
    /// <summary>An error when a model is named that is not served; null when it is, or none is named.</summary>
    public static async ValueTask<Error?> CheckAsync(this IModelCatalog catalog, string? model, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(model))
            return null;
        return (await catalog.CandidatesAsync(model, ct)).Named.Count > 0 ? null : CompletionErrors.UnknownModel(model);
    }
}
