using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>Reads the version of a template that a completion is asked by.</summary>
public interface ITemplateVersions
{
    /// <summary>One version of a template, by one read; null when there is none, or when the template is another user's.</summary>
    /// <param name="id">Which template.</param>
    /// <param name="number">Which version; null for the newest.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="ct">Cancels the work.</param>
    Task<TemplateVersion?> FindVersionAsync(TemplateId id, int? number, UserId? reader, CancellationToken ct);
}
