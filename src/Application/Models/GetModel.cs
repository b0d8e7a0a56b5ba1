using AutoMapper;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Models;

/// <summary>One model of the caller's plan by its id, or by another name it goes by.</summary>
public sealed record GetModel(string Id) : IRequest<Result<ModelDto>>;

internal sealed class GetModelValidator : AbstractValidator<GetModel>
{
    public GetModelValidator() => RuleFor(request => request.Id).NotEmpty().MaximumLength(Chat.ModelMaxLength);
}

internal sealed class GetModelHandler(IModelCatalog catalog, IPlanLookup plans, ICurrentUser user, IMapper mapper)
    : IRequestHandler<GetModel, Result<ModelDto>>
{
    public async Task<Result<ModelDto>> Handle(GetModel request, CancellationToken cancellationToken)
    {
        if (await plans.PlanOfAsync(user.Id, cancellationToken) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var named = (await catalog.CandidatesAsync(request.Id, cancellationToken)).Named;
        return named.FirstOrDefault(model => plan.Allows(model.Id)) is { } allowed
            ? mapper.Map<ModelDto>(allowed)
            : CompletionErrors.UnknownModel(request.Id) with { Kind = ErrorKind.NotFound };
    }
}
