using AutoMapper;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Models;

/// <summary>The models that the caller's plan allows; the first is the default.</summary>
public sealed record ListModels : IRequest<Result<IReadOnlyList<ModelDto>>>;

/// <summary>A model that can be asked for.</summary>
/// <param name="Id">Pass it as <c>model</c>.</param>
/// <param name="DisplayName">What a person reads.</param>
/// <param name="Provider">The configured provider that serves it.</param>
/// <param name="ContextWindow">Prompt and completion tokens together, at most.</param>
/// <param name="MaxOutputTokens">Completion tokens of one answer, at most.</param>
/// <param name="Price">What calls cost.</param>
/// <param name="Capabilities">
/// What it can do beyond answering text, as configured: <c>tools</c>, <c>images</c>, <c>reasoning</c>, <c>embeddings</c> and others. Empty when nothing is known.
/// </param>
public sealed record ModelDto(
    string Id,
    string DisplayName,
    string Provider,
    int ContextWindow,
    int MaxOutputTokens,
    ModelPriceDto Price,
    IReadOnlyList<string> Capabilities);

/// <summary>What calls of a model cost in the configured currency: for one million tokens of each class, and for a call.</summary>
/// <param name="Prompt">Prompt tokens.</param>
/// <param name="CachedPrompt">Prompt tokens that the provider has in its cache.</param>
/// <param name="CacheWrite">Prompt tokens that the provider puts into its cache.</param>
/// <param name="Completion">Completion tokens.</param>
/// <param name="Reasoning">Completion tokens of reasoning.</param>
/// <param name="Request">One call, whatever it counts.</param>
public sealed record ModelPriceDto(decimal Prompt, decimal CachedPrompt, decimal CacheWrite, decimal Completion, decimal Reasoning, decimal Request);

internal sealed class ModelMapping : Profile
{
    public ModelMapping()
    {
        CreateMap<TokenPrice, ModelPriceDto>();
        CreateMap<Model, ModelDto>();
    }
}

internal sealed class ListModelsHandler(IModelCatalog catalog, IPlanLookup plans, ICurrentUser user, IMapper mapper)
    : IRequestHandler<ListModels, Result<IReadOnlyList<ModelDto>>>
{
    public async Task<Result<IReadOnlyList<ModelDto>>> Handle(ListModels request, CancellationToken ct)
    {
        if (await plans.PlanOfAsync(user.Id, ct) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var models = await catalog.ListAsync(ct);
        // Stable, so that the first is the one that a request without a model gets.
        return models.Where(model => plan.Allows(model.Id)).OrderBy(model => model.IsEmbedding).Select(mapper.Map<ModelDto>).ToList();
    }
}
