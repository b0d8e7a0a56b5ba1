using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Templates;

/// <summary>A named instruction with parameters: private to a user, or shared with all by an admin. Each change makes a new version.</summary>
public sealed class Template
{
    /// <summary>The most private templates of one user, and the most shared ones.</summary>
    public const int MaxPerOwner = 500;

    /// <summary>The most versions of one template.</summary>
    public const int MaxVersions = 500;

    private Template()
    {
    }

    /// <summary>Identifies the template.</summary>
    public TemplateId Id { get; private init; }

    /// <summary>The user who may change it; null for a shared one, which admins change.</summary>
    public UserId? OwnerId { get; private init; }

    /// <summary>What it is called; unique among the templates of its owner.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The number of its newest version.</summary>
    public int Version { get; private set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>A new template.</summary>
    /// <param name="owner">The user who may change it; null for a shared one.</param>
    /// <param name="terms">What it is made of.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Its first version; or what is wrong with the terms, by field.</returns>
    public static Result<VersionedTemplate> Create(UserId? owner, TemplateTerms terms, DateTimeOffset now)
    {
        if (terms.Check() is { } fault)
            return fault;
        var template = new Template { Id = TemplateId.New(now), OwnerId = owner, CreatedAt = now };
        return template.Become(terms, now);
    }

    /// <summary>Whether an owner may have one more template.</summary>
    /// <param name="known">How many there are.</param>
    /// <returns>Null; or <see cref="TemplateErrors.TooMany"/>.</returns>
    public static Error? CheckCount(int known) => known < MaxPerOwner ? null : TemplateErrors.TooMany;

    /// <summary>Replaces all that it is made of. The versions before stay as they are.</summary>
    /// <param name="newest">Its newest version.</param>
    /// <param name="terms">What it is to be.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Its new version, the newest one when that says the same; or what is wrong, by field; or <see cref="TemplateErrors.TooManyVersions"/>.</returns>
    public Result<VersionedTemplate> Change(TemplateVersion newest, TemplateTerms terms, DateTimeOffset now)
    {
        if (terms.Check() is { } fault)
            return fault;
        if (newest.Says(terms))
            return new VersionedTemplate(this, newest);
        return Version < MaxVersions ? Become(terms, now) : TemplateErrors.TooManyVersions;
    }

    private VersionedTemplate Become(TemplateTerms terms, DateTimeOffset now)
    {
        (Name, UpdatedAt) = (terms.Name.Trim(), now);
        Version++;
        return new VersionedTemplate(this, TemplateVersion.Of(this, terms, now));
    }
}

/// <summary>A template with its newest version.</summary>
/// <param name="Template">The template.</param>
/// <param name="Newest">Its newest version.</param>
public sealed record VersionedTemplate(Template Template, TemplateVersion Newest);
