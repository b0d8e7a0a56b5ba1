using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>One template as its newest version is.</summary>
/// <param name="Id">Which template.</param>
/// <param name="Shared">Whether only shared templates are looked at; else the caller's own as well.</param>
public sealed record GetTemplate(TemplateId Id, bool Shared) : IRequest<Result<TemplateDetailDto>>;

internal sealed class GetTemplateHandler(ITemplateQueries templates, TemplateChanges changes, IMapper mapper)
    : IRequestHandler<GetTemplate, Result<TemplateDetailDto>>
{
    public async Task<Result<TemplateDetailDto>> Handle(GetTemplate request, CancellationToken cancellationToken) =>
        await templates.FindAsync(request.Id, changes.OwnerOf(request.Shared), cancellationToken) is { } found
            ? mapper.Map<TemplateDetailDto>(found)
            : TemplateErrors.NotFound;
}
