using CleanLlm.Application.Ai;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Models;

/// <summary>One model by its id, or by another name it goes by.</summary>
public sealed record GetModel(string Id) : IRequest<Result<ModelDto>>;

internal sealed class GetModelValidator : AbstractValidator<GetModel>
{
    public GetModelValidator() => RuleFor(request => request.Id).NotEmpty().MaximumLength(Chat.ModelMaxLength);
}

internal sealed class GetModelHandler(IModelCatalog catalog) : IRequestHandler<GetModel, Result<ModelDto>>
{
    public async Task<Result<ModelDto>> Handle(GetModel request, CancellationToken cancellationToken) =>
        await catalog.CandidatesAsync(request.Id, cancellationToken) is { Named: [var model, ..] }
            ? ModelDto.Of(model)
            : CompletionErrors.UnknownModel(request.Id) with { Kind = ErrorKind.NotFound };
}
