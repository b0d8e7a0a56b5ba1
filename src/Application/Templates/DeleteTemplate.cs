using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>Deletes a template with all its versions. What was asked by it stays as it was.</summary>
/// <param name="Id">Which template.</param>
/// <param name="Shared">Whether it is one of the shared templates, which only an admin may ask for; else it is the caller's own.</param>
public sealed record DeleteTemplate(TemplateId Id, bool Shared) : IRequest<Result<Unit>>;

internal sealed class DeleteTemplateHandler(ITemplateRepository templates, TemplateChanges changes) : IRequestHandler<DeleteTemplate, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(DeleteTemplate request, CancellationToken cancellationToken)
    {
        if (await templates.FindAsync(request.Id, changes.OwnerOf(request.Shared), cancellationToken) is not { Template: var template })
            return TemplateErrors.NotFound;

        changes.Note(AuditActions.TemplateDeleted, template);
        return await templates.RemoveAsync(template, cancellationToken) is { } refusal ? refusal : Unit.Value;
    }
}
