using CleanLlm.Application.Paging;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>A page of templates, newest first.</summary>
/// <param name="Shared">Whether only shared templates are listed; else the caller's own as well.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListTemplates(bool Shared, string? Cursor, int Limit) : IRequest<Result<Page<TemplateDto>>>, IPageRequest;

internal sealed class ListTemplatesValidator : PageValidator<ListTemplates>;

internal sealed class ListTemplatesHandler(ITemplateQueries templates, TemplateChanges changes) : IRequestHandler<ListTemplates, Result<Page<TemplateDto>>>
{
    public async Task<Result<Page<TemplateDto>>> Handle(ListTemplates request, CancellationToken cancellationToken)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await templates.ListAsync(changes.OwnerOf(request.Shared), after, request.Limit, cancellationToken);
    }
}
