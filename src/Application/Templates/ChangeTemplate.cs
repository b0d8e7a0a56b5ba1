using AutoMapper;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>Replaces all that a template is made of, by a new version; nothing happens when it says the same already.</summary>
/// <param name="Id">Which template.</param>
/// <param name="Terms">What it is to be.</param>
/// <param name="Shared">Whether it is one of the shared templates, which only an admin may ask for; else it is the caller's own.</param>
public sealed record ChangeTemplate(TemplateId Id, TemplateTerms Terms, bool Shared) : IRequest<Result<TemplateDetailDto>>;

internal sealed class ChangeTemplateHandler(ITemplateRepository templates, TemplateChanges changes, IMapper mapper, TimeProvider clock)
    : IRequestHandler<ChangeTemplate, Result<TemplateDetailDto>>
{
    public async Task<Result<TemplateDetailDto>> Handle(ChangeTemplate request, CancellationToken cancellationToken)
    {
        if (await templates.FindAsync(request.Id, changes.OwnerOf(request.Shared), cancellationToken) is not { } found)
            return TemplateErrors.NotFound;
        var changed = found.Template.Change(found.Newest, request.Terms, clock.GetUtcNow());
        if (!changed.IsSuccess)
            return changed.Error;
        if (changed.Value.Newest == found.Newest)
            return mapper.Map<TemplateDetailDto>(found);

        changes.Note(AuditActions.TemplateChanged, found.Template);
        return await templates.SaveAsync(changed.Value, cancellationToken) is { } refusal ? refusal : mapper.Map<TemplateDetailDto>(changed.Value);
    }
}
