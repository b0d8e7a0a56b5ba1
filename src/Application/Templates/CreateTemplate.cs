using AutoMapper;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>Makes a template.</summary>
/// <param name="Terms">What it is to be.</param>
/// <param name="Shared">Whether it is shared with all users, which only an admin may ask for; else it is the caller's own.</param>
public sealed record CreateTemplate(TemplateTerms Terms, bool Shared) : IRequest<Result<TemplateDetailDto>>;

internal sealed class CreateTemplateHandler(ITemplateRepository templates, TemplateChanges changes, IMapper mapper, TimeProvider clock)
    : IRequestHandler<CreateTemplate, Result<TemplateDetailDto>>
{
    public async Task<Result<TemplateDetailDto>> Handle(CreateTemplate request, CancellationToken cancellationToken)
    {
        var created = Template.Create(changes.OwnerOf(request.Shared), request.Terms, clock.GetUtcNow());
        if (!created.IsSuccess)
            return created.Error;

        changes.Note(AuditActions.TemplateCreated, created.Value.Template);
        return await templates.AddAsync(created.Value, cancellationToken) is { } refusal ? refusal : mapper.Map<TemplateDetailDto>(created.Value);
    }
}
