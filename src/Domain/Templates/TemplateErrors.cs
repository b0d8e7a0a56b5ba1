using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Templates;

/// <summary>The expected failures of templates.</summary>
public static class TemplateErrors
{
    /// <summary>The template is absent, another user's, or not to be changed here.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "template.not_found", "There is no such template.");

    /// <summary>The template has no such version.</summary>
    public static readonly Error VersionNotFound = new(ErrorKind.NotFound, "template.version_not_found", "The template has no such version.");

    /// <summary>Another template of the same owner has this name.</summary>
    public static readonly Error NameTaken = new(ErrorKind.Conflict, "template.name_taken", "There is a template with this name.");

    /// <summary>The owner has as many templates as one may have.</summary>
    public static readonly Error TooMany =
        new(ErrorKind.Conflict, "template.too_many", $"There are at most {Template.MaxPerOwner} templates of one owner; delete one first.");

    /// <summary>The template was changed as often as one may be.</summary>
    public static readonly Error TooManyVersions =
        new(ErrorKind.Conflict, "template.too_many_versions", $"A template has at most {Template.MaxVersions} versions; make another template.");

    /// <summary>Another request changed or deleted the template at the same moment.</summary>
    public static readonly Error Moved = new(ErrorKind.Conflict, "request.conflict", "The template was changed at the same time; look again.");

    /// <summary>A request asks by a template that is absent or another user's, or by a version that it does not have.</summary>
    public static readonly Error Unknown = Error.Invalid("templateId", "There is no such template, or it has no such version; GET /api/v1/templates lists them.") with
    {
        Code = "template.unknown",
    };
}
