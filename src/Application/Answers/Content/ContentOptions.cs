using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Answers.Content;

/// <summary>Section <c>Prompting:Content</c>: what the step <c>content</c> looks for in answers.</summary>
public sealed record ContentOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Content";

    /// <summary>The rules. Default none.</summary>
    public IReadOnlyList<ContentRuleOptions> Rules { get; init; } = [];
}

/// <summary>One element of <c>Prompting:Content:Rules</c>: words, a pattern, or both, and the name under which they are told of.</summary>
public sealed record ContentRuleOptions : IValidatableObject
{
    private const int LongestWord = 128;

    /// <summary>The name, the code of its findings: lower-case letters, digits and underscores.</summary>
    [Required]
    [RegularExpression("^[a-z][a-z0-9_]{0,49}$")]
    public required string Name { get; init; }

    /// <summary>
    /// Words and phrases, at most 128 characters each. Case, marks, look-alike letters and what stands between words make no difference; a word counts as a whole one, in scripts without
    /// spaces anywhere. Default none.
    /// </summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>
    /// A regular expression, without look-around and back-references, for the folded text: lower case, one space between words and nothing else. It
    /// sees up to 256 characters from where it begins. Default none.
    /// </summary>
    [MaxLength(1000)]
    public string? Pattern { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Words.Count == 0 && Pattern is null)
            yield return new ValidationResult($"The rule '{Name}' needs Words or a Pattern.", [nameof(Words)]);
        if (Words.FirstOrDefault(word => !word.Any(char.IsLetterOrDigit) || word.Length > LongestWord) is not null)
            yield return new ValidationResult($"Each of the Words of the rule '{Name}' must hold a letter or digit, and at most {LongestWord} characters.", [nameof(Words)]);
        if (Pattern is not null && FaultOf(Pattern) is { } fault)
            yield return new ValidationResult($"The Pattern of the rule '{Name}' {fault}", [nameof(Pattern)]);
    }

    private static string? FaultOf(string pattern)
    {
        try
        {
            return ContentRules.Compile(pattern).IsMatch("") ? "must not match an empty text." : null;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return $"cannot be used: {fault.Message.ReplaceLineEndings(" ")}";
        }
    }
}
