using System.Globalization;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Gives each value of a prompt its placeholder: the one that the chat knows, or the next number of its kind. Text of a prompt that has the form of a
/// placeholder stays as it is, and its number is given to no value; a value that the chat knew by that number gets another one.
/// </summary>
/// <param name="draft">The prompt.</param>
/// <param name="known">The placeholders that the chat knows.</param>
/// <param name="isOurs">The kinds that are replaced here.</param>
internal sealed class Placeholders(PromptDraft draft, Restorations known, Func<SensitiveKind, bool> isOurs)
{
    // The longest label with a number of ten digits.
    private const int LongestLiteral = 32;

    private readonly Dictionary<(SensitiveKind Kind, string Canonical), string> byValue = [];
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly int[] numbers = new int[SensitiveKinds.Count];
    private bool isReady;

    /// <summary>What turns all of them back, with what other steps replaced.</summary>
    public Restorations Restorations
    {
        get
        {
            if (known.Originals.Count > 0)
                GetReady();
            return field;
        }

        private set;
    } = draft.Restorations;

    /// <summary>The placeholder of a value.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="canonical">Its one form.</param>
    /// <param name="written">How it is written here: how it is turned back, if it is new.</param>
    public string For(SensitiveKind kind, string canonical, string written)
    {
        GetReady();
        if (byValue.TryGetValue((kind, canonical), out var placeholder))
            return placeholder;
        do
            placeholder = string.Create(CultureInfo.InvariantCulture, $"<{kind.Label()}_{++numbers[(int)kind]}>");
        while (!taken.Add(placeholder));
        byValue.Add((kind, canonical), placeholder);
        Restorations = Restorations.With(placeholder, written);
        return placeholder;
    }

    private void GetReady()
    {
        if (isReady)
            return;
        isReady = true;
        foreach (var slot in draft.Slots)
        {
            foreach (var text in slot.Strings)
                TakeLiterals(text);
        }

        foreach (var (placeholder, original) in known.Originals)
        {
            // One that was written in this prompt is the author's, not the chat's.
            if (KindOf(placeholder) is { } kind && isOurs(kind) && taken.Add(placeholder) && byValue.TryAdd((kind, CanonicalValue.Of(kind, original)), placeholder))
                Restorations = Restorations.With(placeholder, original);
        }
    }

    private void TakeLiterals(ReadOnlySpan<char> text)
    {
        for (int at = 0, next; (next = text[at..].IndexOfAny(PlaceholderForm.Openings)) >= 0; at++)
        {
            at += next;
            if (PlaceholderForm.Read(text[at..], LongestLiteral, out var placeholder, out _) == PlaceholderReading.Whole)
                taken.Add(placeholder);
        }
    }

    private static SensitiveKind? KindOf(string placeholder) =>
        placeholder.LastIndexOf('_') is > 0 and var number ? SensitiveKinds.OfLabel(placeholder[1..number]) : null;
}
