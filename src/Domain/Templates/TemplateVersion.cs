using System.Text.Json;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Templates;

/// <summary>A template as it was from one change to the next. Immutable.</summary>
public sealed class TemplateVersion
{
    private TemplateVersion()
    {
    }

    /// <summary>Identifies the version.</summary>
    public TemplateVersionId Id { get; private init; }

    /// <summary>The template.</summary>
    public TemplateId TemplateId { get; private init; }

    /// <summary>The owner of the template; null for a shared one.</summary>
    public UserId? OwnerId { get; private init; }

    /// <summary>Its number: 1 for the first.</summary>
    public int Number { get; private init; }

    /// <summary>What the template was called.</summary>
    public string Name { get; private init; } = "";

    /// <summary>Text and parameters as one JSON document.</summary>
    public string Content { get; private init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>What the template was made of.</summary>
    public TemplateTerms Terms
    {
        get
        {
            var (text, parameters) = JsonSerializer.Deserialize<Body>(Content)!;
            return new TemplateTerms(Name, text, parameters);
        }
    }

    internal static TemplateVersion Of(Template template, TemplateTerms terms, DateTimeOffset now) => new()
    {
        Id = TemplateVersionId.New(now),
        TemplateId = template.Id,
        OwnerId = template.OwnerId,
        Number = template.Version,
        Name = template.Name,
        Content = ContentOf(terms),
        CreatedAt = now,
    };

    /// <summary>Whether it says the same.</summary>
    internal bool Says(TemplateTerms terms) =>
        Name == terms.Name.Trim() && Content == ContentOf(terms);

    /// <summary>Asks by it.</summary>
    /// <param name="given">Values by the names of parameters.</param>
    /// <param name="content">What the user writes beside them; may be empty.</param>
    /// <returns>What is asked; or which values are missing, unknown or too long, by the field <c>parameters.name</c>.</returns>
    public Result<TemplateUse> Use(IReadOnlyDictionary<string, string> given, string content)
    {
        var terms = Terms;
        Dictionary<string, string[]> faults = new(StringComparer.Ordinal);
        List<TemplateValue> values = [];
        foreach (var parameter in terms.Parameters)
        {
            var value = parameter.Resolve(given.GetValueOrDefault(parameter.Name), out var fault);
            values.Add(new TemplateValue(parameter.Name, value));
            if (fault is not null)
                faults[$"parameters.{parameter.Name}"] = [fault];
        }

        foreach (var unknown in given.Keys.Where(name => !terms.Parameters.Any(parameter => parameter.Name == name)))
            faults[TemplateParameter.IsName(unknown) ? $"parameters.{unknown}" : "parameters"] = ["The template has no such parameter."];
        return faults.Count == 0
            ? new TemplateUse(TemplateId, Number, IsShared: OwnerId is null, terms.Text, content, values)
            : Error.Invalid(faults);
    }

    private static string ContentOf(TemplateTerms terms) => JsonSerializer.Serialize(new Body(terms.Text, terms.Parameters), TemplateJson.Options);

    private sealed record Body(string Text, IReadOnlyList<TemplateParameter> Parameters);
}
