using System.Text;
using System.Text.Json;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Templates;

/// <summary>
/// A question that was asked by a template. It holds the template's text as it was, so that a later change, or the deletion, of the template does
/// not change what was asked.
/// </summary>
/// <param name="TemplateId">The template.</param>
/// <param name="Version">Which version of it.</param>
/// <param name="IsShared">Whether an admin wrote it; else the user did.</param>
/// <param name="Instruction">The template's text.</param>
/// <param name="Content">What the user wrote beside the values; may be empty.</param>
/// <param name="Values">The values, in the order of the template's parameters.</param>
public sealed record TemplateUse(
    TemplateId TemplateId, int Version, bool IsShared, string Instruction, string Content, IReadOnlyList<TemplateValue> Values)
{
    private const string Gap = "\n\n";

    /// <summary>What the user wrote, as one text: what is stored and shown as the question.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Content);
            foreach (var value in Values)
                text.Append(text.Length == 0 ? "" : Gap).Append(value.Name).Append(": ").Append(value.Text);
            return text.ToString();
        }
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">Where the parts are in the text, and the rest; null or empty for a question that was asked by no template.</param>
    /// <param name="text">The text as it was stored.</param>
    /// <returns>Null where there is none, and where the text is lost, as it is with a key that is lost.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static TemplateUse? Parse(string? json, string? text)
    {
        if (string.IsNullOrEmpty(json) || string.IsNullOrEmpty(text))
            return null;
        var stored = JsonSerializer.Deserialize<Stored>(json) ?? throw new JsonException("Not an object.");
        if (stored.ContentLength < 0 || stored.ContentLength > text.Length)
            throw new JsonException("Not of this text.");
        var at = stored.ContentLength;
        List<TemplateValue> values = [];
        foreach (var (name, length) in stored.Values)
        {
            at += (at == 0 ? 0 : Gap.Length) + name.Length + 2;
            if (length < 0 || at + length > text.Length)
                throw new JsonException("Not of this text.");
            values.Add(new TemplateValue(name, text.Substring(at, length)));
            at += length;
        }

        return new TemplateUse(stored.TemplateId, stored.Version, stored.IsShared, stored.Instruction, text[..stored.ContentLength], values);
    }

    /// <summary>All but <see cref="Text"/> as one JSON document: of that, where its parts are.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new Stored(TemplateId, Version, IsShared, Instruction, Content.Length, [.. Values.Select(value => new StoredValue(value.Name, value.Text.Length))]),
        TemplateJson.Options);

    private sealed record Stored(
        TemplateId TemplateId, int Version, bool IsShared, string Instruction, int ContentLength, IReadOnlyList<StoredValue> Values);

    private sealed record StoredValue(string Name, int Length);
}

/// <summary>The value of a parameter.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Text">The value.</param>
public sealed record TemplateValue(string Name, string Text);
