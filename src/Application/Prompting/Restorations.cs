using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// What was sent in the place of what a user wrote, so that the answer can be turned back for that user. Immutable; it goes with the run, is
/// never logged, and may be stored only as the user's own texts are.
/// </summary>
public sealed class Restorations
{
    /// <summary>Nothing was replaced.</summary>
    public static readonly Restorations None = new(ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ImmutableDictionary<string, string> originals;

    private Restorations(ImmutableDictionary<string, string> originals) => this.originals = originals;

    /// <summary>What was sent, and what the user wrote there.</summary>
    public IReadOnlyDictionary<string, string> Originals => originals;

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static Restorations Parse(string json) =>
        new(JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(json)?.WithComparers(StringComparer.Ordinal) ?? throw new JsonException("Not an object."));

    /// <summary>A copy that also knows a placeholder.</summary>
    /// <param name="placeholder">What is sent.</param>
    /// <param name="original">What the user wrote.</param>
    public Restorations With(string placeholder, string original) => new(originals.SetItem(placeholder, original));

    /// <summary>A copy that also knows the placeholders of another: those of a chat, with those of its newest prompt.</summary>
    public Restorations With(Restorations other) => new(originals.SetItems(other.originals));

    /// <summary>All of it as one JSON object, in the order of the placeholders.</summary>
    public string ToJson() => JsonSerializer.Serialize(originals.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(), Compact);
}
