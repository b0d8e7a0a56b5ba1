using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Ai;

/// <summary>Looks into the model catalogue by id.</summary>
internal static class ModelLookup
{
    /// <summary>An error when a model is named that is not served; null when it is, or none is named.</summary>
    public static async ValueTask<Error?> CheckAsync(this IModelCatalog catalog, string? model, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(model))
            return null;
        var models = await catalog.ListAsync(ct);
        return models.Any(known => known.Id == model) ? null : CompletionErrors.UnknownModel(model);
    }
}
