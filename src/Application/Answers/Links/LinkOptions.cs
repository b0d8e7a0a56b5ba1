using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Answers.Links;

/// <summary>Which addresses of one kind the step <c>links</c> looks for.</summary>
public enum LinkScope
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those that can carry data out: with a query, a long path or a long host.</summary>
    Data,

    /// <summary>All.</summary>
    All,
}

/// <summary>Section <c>Prompting:Links</c>: which addresses in answers the step <c>links</c> looks for.</summary>
public sealed record LinkOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Links";

    /// <summary>Hosts to which answers may lead: whole names, such as <c>example.com</c>, and <c>*.example.com</c> for all below one. Default none.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Images and whatever else a reader's browser fetches without a click, on other hosts. Default data.</summary>
    public LinkScope Images { get; init; } = LinkScope.Data;

    /// <summary>Links to other hosts, which are followed by a click. Default none.</summary>
    public LinkScope Links { get; init; } = LinkScope.None;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AllowedHosts.Any(host => !Hosts.IsPattern(host)))
            yield return new ValidationResult("AllowedHosts must be names of hosts, such as example.com, or *.example.com; without scheme, port and path.", [nameof(AllowedHosts)]);
    }
}
