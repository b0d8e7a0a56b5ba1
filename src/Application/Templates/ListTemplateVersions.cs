using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using MediatR;

namespace CleanLlm.Application.Templates;

/// <summary>A page of the versions of a template, newest first.</summary>
/// <param name="Id">Which template.</param>
/// <param name="Shared">Whether only shared templates are looked at; else the caller's own as well.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListTemplateVersions(TemplateId Id, bool Shared, string? Cursor, int Limit)
    : IRequest<Result<Page<TemplateVersionDto>>>, IPageRequest;

internal sealed class ListTemplateVersionsValidator : PageValidator<ListTemplateVersions>;

internal sealed class ListTemplateVersionsHandler(ITemplateQueries templates, TemplateChanges changes)
    : IRequestHandler<ListTemplateVersions, Result<Page<TemplateVersionDto>>>
{
    public async Task<Result<Page<TemplateVersionDto>>> Handle(ListTemplateVersions request, CancellationToken cancellationToken)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        var page = await templates.ListVersionsAsync(request.Id, changes.OwnerOf(request.Shared), after, request.Limit, cancellationToken);
        return page is null ? TemplateErrors.NotFound : page;
    }
}
