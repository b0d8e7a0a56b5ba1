using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>One version of a template.</summary>
/// <param name="Id">Which template.</param>
/// <param name="Version">Its number.</param>
/// <param name="Shared">Whether only shared templates are looked at; else the caller's own as well.</param>
public sealed record GetTemplateVersion(TemplateId Id, int Version, bool Shared) : IRequest<Result<TemplateVersionDetailDto>>;

internal sealed class GetTemplateVersionHandler(ITemplateVersions templates, TemplateChanges changes, IMapper mapper)
    : IRequestHandler<GetTemplateVersion, Result<TemplateVersionDetailDto>>
{
    public async Task<Result<TemplateVersionDetailDto>> Handle(GetTemplateVersion request, CancellationToken cancellationToken) =>
        await templates.FindVersionAsync(request.Id, request.Version, changes.OwnerOf(request.Shared), cancellationToken) is { } version
            ? mapper.Map<TemplateVersionDetailDto>(version)
            : TemplateErrors.VersionNotFound;
}
