using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Templates;

/// <summary>What a template is made of.</summary>
/// <param name="Name">What it is called; unique among the templates of its owner.</param>
/// <param name="Text">The instruction, which refers to its parameters by <c>{{name}}</c>.</param>
/// <param name="Parameters">What it is asked with.</param>
public sealed record TemplateTerms(string Name, string Text, IReadOnlyList<TemplateParameter> Parameters)
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameMaxLength = 100;

    /// <summary>The longest text, in characters: as much as any instructions may have.</summary>
    public const int TextMaxLength = 20_000;

    /// <summary>The most parameters.</summary>
    public const int MaxParameters = 50;

    /// <summary>Whether a template could be made of it.</summary>
    /// <returns>Null; or what is wrong, by field.</returns>
    public Error? Check()
    {
        var faults = Faults().ToLookup(fault => fault.Field, fault => fault.Message, StringComparer.Ordinal);
        return faults.Count == 0
            ? null
            : Error.Invalid(faults.ToDictionary(fault => fault.Key, fault => fault.ToArray(), StringComparer.Ordinal));
    }

    private IEnumerable<(string Field, string Message)> Faults()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > NameMaxLength || Name.Any(char.IsControl))
            yield return ("name", $"1 to {NameMaxLength} characters, none of them a control character.");
        if (string.IsNullOrWhiteSpace(Text) || Text.Length > TextMaxLength || Text.Contains('\0', StringComparison.Ordinal))
            yield return ("text", $"1 to {TextMaxLength} characters, none of them NUL.");
        if (Parameters.Count > MaxParameters)
        {
            yield return ("parameters", $"At most {MaxParameters} parameters.");
            yield break;
        }

        for (var i = 0; i < Parameters.Count; i++)
        {
            foreach (var (member, message) in Parameters[i].Faults())
                yield return ($"parameters[{i}].{member}", message);
        }

        foreach (var fault in ReferenceFaults())
            yield return fault;
    }

    private IEnumerable<(string Field, string Message)> ReferenceFaults()
    {
        if (TemplateReferences.Of(Text) is not { } referred)
        {
            yield return ("text", "Two opening braces begin a reference, which is written {{name}}.");
            yield break;
        }

        HashSet<string> known = new(StringComparer.Ordinal);
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (!known.Add(Parameters[i].Name))
                yield return ($"parameters[{i}].name", "Another parameter has this name.");
            else if (!referred.Contains(Parameters[i].Name))
                yield return ($"parameters[{i}].name", "The text does not refer to it.");
        }

        if (referred.Any(name => !known.Contains(name)))
            yield return ("text", "It refers to something that is no parameter.");
    }
}
