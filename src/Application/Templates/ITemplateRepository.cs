using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>Loads and stores templates. An owner is a user; null stands for the shared templates, whose changes go with their lines in the audit log.</summary>
public interface ITemplateRepository
{
    /// <summary>A template of the owner with its newest version, to be changed; null when it is absent or another owner's.</summary>
    Task<VersionedTemplate?> FindAsync(TemplateId id, UserId? owner, CancellationToken ct);

    /// <summary>Stores a new template with its first version, unless its owner has <see cref="Template.MaxPerOwner"/>.</summary>
    /// <returns>Null; or, with nothing stored, <see cref="TemplateErrors.NameTaken"/> or <see cref="TemplateErrors.TooMany"/>.</returns>
    Task<Error?> AddAsync(VersionedTemplate created, CancellationToken ct);

    /// <summary>Stores a change of a template that was found here, with its new version.</summary>
    /// <returns>Null; or, with nothing stored, <see cref="TemplateErrors.NameTaken"/>, or <see cref="TemplateErrors.Moved"/> when another request was first.</returns>
    Task<Error?> SaveAsync(VersionedTemplate change, CancellationToken ct);

    /// <summary>Removes a template that was found here, with all its versions.</summary>
    /// <returns>Null; or, with nothing removed, <see cref="TemplateErrors.Moved"/> when another request was first.</returns>
    Task<Error?> RemoveAsync(Template template, CancellationToken ct);
}
