using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>Reads templates. A reader is a user, who sees the shared templates beside the user's own; null sees the shared ones alone.</summary>
public interface ITemplateQueries : ITemplateVersions
{
    /// <summary>A page of the templates, newest first.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="after">Where the page begins; null for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Cancels the work.</param>
    Task<Page<TemplateDto>> ListAsync(UserId? reader, Cursor? after, int limit, CancellationToken ct);

    /// <summary>A template with its newest version; null when it is absent or another user's.</summary>
    Task<VersionedTemplate?> FindAsync(TemplateId id, UserId? reader, CancellationToken ct);

    /// <summary>A page of the versions of a template, newest first; null when the template is absent or another user's.</summary>
    /// <param name="id">Which template.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="after">Where the page begins; null for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Cancels the work.</param>
    Task<Page<TemplateVersionDto>?> ListVersionsAsync(TemplateId id, UserId? reader, Cursor? after, int limit, CancellationToken ct);
}
