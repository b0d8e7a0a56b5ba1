using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>Who owns what a caller makes or changes, and what the audit log says about it: of shared templates name and version, never the text.</summary>
internal sealed class TemplateChanges(IAuditTrail audit, ICurrentUser user)
{
    /// <summary>The owner that a request acts for: the caller, or null for the shared templates.</summary>
    public UserId? OwnerOf(bool shared) => shared ? null : user.Id;

    /// <summary>Notes a change of a shared template, to be stored with it. Private ones are their user's own affair.</summary>
    public void Note(string action, Template template)
    {
        if (template.OwnerId is null)
            audit.Add(new AuditEvent(action, user.Id.Value, template.Id.Value, JsonSerializer.Serialize(new { name = template.Name, version = template.Version })));
    }
}
