using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Models;

/// <summary>The models that a caller can name; the first is the default.</summary>
public sealed record ListModels : IRequest<Result<IReadOnlyList<ModelDto>>>;

/// <summary>A model that can be asked for.</summary>
/// <param name="Id">Pass it as <c>model</c>.</param>
/// <param name="DisplayName">What a person reads.</param>
/// <param name="Provider">The configured provider that serves it.</param>
/// <param name="ContextWindow">Prompt and completion tokens together, at most.</param>
/// <param name="MaxOutputTokens">Completion tokens of one answer, at most.</param>
/// <param name="PromptPriceMicros">Price of 1,000 prompt tokens, in millionths of the configured currency.</param>
/// <param name="CompletionPriceMicros">Price of 1,000 completion tokens, in millionths of the configured currency.</param>
public sealed record ModelDto(
    string Id,
    string DisplayName,
    string Provider,
    int ContextWindow,
    int MaxOutputTokens,
    long PromptPriceMicros,
    long CompletionPriceMicros)
{
    internal static ModelDto Of(Model model) => new(
        model.Id,
        model.DisplayName,
        model.Provider,
        model.ContextWindow,
        model.MaxOutputTokens,
        model.Price.PromptMicros,
        model.Price.CompletionMicros);
}

internal sealed class ListModelsHandler(IModelCatalog catalog) : IRequestHandler<ListModels, Result<IReadOnlyList<ModelDto>>>
{
    public async Task<Result<IReadOnlyList<ModelDto>>> Handle(ListModels request, CancellationToken ct)
    {
        var models = await catalog.ListAsync(ct);
        return models.Select(ModelDto.Of).ToList();
    }
}
