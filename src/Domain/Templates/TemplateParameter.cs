namespace CleanLlm.Domain.Templates;

/// <summary>A value that a template is asked with.</summary>
/// <param name="Name">How the text refers to it: a letter, then letters, digits and underscores of ASCII.</param>
public sealed record TemplateParameter(string Name)
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameMaxLength = 50;

    /// <summary>The longest description, in characters.</summary>
    public const int DescriptionMaxLength = 500;

    /// <summary>The longest value of any parameter, in characters: as much as a message may have.</summary>
    public const int ValueMaxLength = 200_000;

    /// <summary>What it is for, shown to users; null when not said.</summary>
    public string? Description { get; init; }

    /// <summary>Whether a value has to be given where there is no <see cref="Default"/>.</summary>
    public bool Required { get; init; } = true;

    /// <summary>The value where none is given; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>The longest value, in characters; null for <see cref="ValueMaxLength"/>.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether a name can be referred to.</summary>
    public static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= NameMaxLength && char.IsAsciiLetter(name[0]) && name.IndexOfAnyExcept(TemplateReferences.NameCharacters) < 0;

    /// <summary>The value to ask with.</summary>
    /// <param name="given">What the caller gives; null for nothing.</param>
    /// <param name="fault">Why it cannot be; null when it can.</param>
    internal string Resolve(string? given, out string? fault)
    {
        var value = given ?? Default;
        fault = value?.Length > (MaxLength ?? ValueMaxLength) ? $"At most {MaxLength ?? ValueMaxLength} characters."
            : Required && string.IsNullOrWhiteSpace(value) ? "The template needs a value."
            : null;
        return value ?? "";
    }

    /// <summary>What is wrong with its terms, each with the member that it is about.</summary>
    internal IEnumerable<(string Member, string Message)> Faults()
    {
        if (!IsName(Name))
            yield return ("name", $"A letter, then letters, digits and underscores: 1 to {NameMaxLength} characters of ASCII.");
        if (Description?.Length > DescriptionMaxLength || Description?.Contains('\0', StringComparison.Ordinal) == true)
            yield return ("description", $"At most {DescriptionMaxLength} characters, none of them NUL.");
        if (MaxLength is < 1 or > ValueMaxLength)
            yield return ("maxLength", $"1 to {ValueMaxLength}.");
        if (Default?.Length > (MaxLength ?? ValueMaxLength) || Default?.Contains('\0', StringComparison.Ordinal) == true)
            yield return ("default", "No longer than a value may be, and without NUL.");
    }
}
