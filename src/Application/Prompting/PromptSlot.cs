using System.Text.Json;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// One text of a prompt: where it comes from, how to read it and how to replace it. What its author wrote, which is stored and shown, and
/// what is sent to the model are kept apart. Immutable: a change gives another slot.
/// </summary>
public sealed class PromptSlot
{
    private readonly SlotMarks marks;
    private readonly JsonElement? element;
    private readonly PromptSlot? written;
    private string? text;

    private PromptSlot(TextProvenance provenance, SlotMarks marks, string? text, JsonElement? element, PromptSlot? written = null, bool isChanged = false)
    {
        (Provenance, this.marks, this.text, this.element) = (provenance, marks, text, element);
        (this.written, IsChanged) = (written, isChanged);
    }

    /// <summary>Where the text comes from.</summary>
    public TextProvenance Provenance { get; }

    /// <summary>What is sent: a plain text, or JSON as it stands in the request. Of an image, sound or file it is what stands beside the data.</summary>
    public string Text => text ??= marks.HasFlag(SlotMarks.Media) ? string.Join('\n', Strings) : element!.Value.GetRawText();

    /// <summary>What its author wrote, cleaned: what is stored and shown.</summary>
    public string Original => written?.Text ?? Text;

    /// <summary>Whether the operator or an admin wrote it, who are trusted: it is neither screened nor changed.</summary>
    public bool IsOperators => Provenance is TextProvenance.OperatorSystemPrompt or TextProvenance.PlanSystemPrompt or TextProvenance.SharedTemplate;

    /// <summary>Whether the text is JSON, so that what is changed are the names and strings in it.</summary>
    public bool IsJson => element is not null;

    /// <summary>The plain texts in it: itself, or of JSON each name and string without its escapes.</summary>
    public IEnumerable<string> Strings => element is { } json ? JsonStrings.Of(json, IsMedia) : [Text];

    /// <summary>Whether a model reads it as text, so that its tokens are counted; ids, addresses and names of senders are not.</summary>
    internal bool IsCounted => !marks.HasFlag(SlotMarks.Uncounted);

    /// <summary>Whether it is a message that the chat holds already; it was cleaned when it was new.</summary>
    internal bool IsStored => marks.HasFlag(SlotMarks.Stored);

    /// <summary>Whether it is part of what is asked now.</summary>
    internal bool IsQuestion => marks.HasFlag(SlotMarks.Question);

    /// <summary>Whether it is the value of a template's parameter, and so a part of what is asked.</summary>
    internal bool IsValue => marks.HasFlag(SlotMarks.Value);

    /// <summary>Whether it goes into the one system message.</summary>
    internal bool IsInstruction => !IsInMessage
        && Provenance is TextProvenance.OperatorSystemPrompt or TextProvenance.PlanSystemPrompt or TextProvenance.SystemPrompt
            or TextProvenance.SharedTemplate or TextProvenance.PrivateTemplate;

    /// <summary>Whether it stands in a message, so that it has the bounds of one.</summary>
    internal bool IsInMessage => marks.HasFlag(SlotMarks.Message);

    /// <summary>Whether it says where an image, sound or file is: what is no part of an address would make it lead nowhere.</summary>
    internal bool IsAddress => marks.HasFlag(SlotMarks.Address);

    /// <summary>Whether it is what a model thought, which its family takes back only as it wrote it.</summary>
    internal bool IsSigned => marks.HasFlag(SlotMarks.Signed);

    /// <summary>Whether what is sent differs from what the request holds.</summary>
    internal bool IsChanged { get; }

    /// <summary>What is sent, as JSON.</summary>
    internal JsonElement Element => element ?? throw new InvalidOperationException("The text is not JSON.");

    private bool IsMedia => marks.HasFlag(SlotMarks.Media);

    /// <summary>Changes what is sent. What its author wrote stays.</summary>
    /// <param name="change">Gives another text for each of <see cref="Strings"/>, or the same.</param>
    /// <returns>This slot when nothing changes.</returns>
    public PromptSlot Rewrite(Func<string, string> change) => Rewrite((text, _) => change(text));

    /// <summary>The same, for a change that looks at the name of what a string of JSON is the value of.</summary>
    /// <param name="change">As above; the name is null for names themselves and for plain texts.</param>
    public PromptSlot Rewrite(Func<string, string?, string> change) => Changed(change, written ?? this);

    /// <summary>Changes what is sent and what is stored and shown: for what no reader was meant to see.</summary>
    /// <param name="change">As for <see cref="Rewrite(Func{string, string})"/>.</param>
    /// <returns>This slot when nothing changes.</returns>
    public PromptSlot Clean(Func<string, string> change)
    {
        var cleaned = Changed((text, _) => change(text), written: null);
        return written is null ? cleaned : cleaned.WrittenAs(written.Clean(change));
    }

    internal static PromptSlot Of(TextProvenance provenance, string text, SlotMarks marks) => new(provenance, marks, text, element: null);

    internal static PromptSlot Of(TextProvenance provenance, JsonElement json, SlotMarks marks, string? text = null) => new(provenance, marks, text, json);

    private PromptSlot Changed(Func<string, string?, string> change, PromptSlot? written)
    {
        if (element is { } json)
            return JsonStrings.Map(json, change, IsMedia) is { } mapped ? new PromptSlot(Provenance, marks, text: null, mapped, written, isChanged: true) : this;
        var changed = change(Text, null);
        return changed == Text ? this : new PromptSlot(Provenance, marks, changed, element: null, written, isChanged: true);
    }

    private PromptSlot WrittenAs(PromptSlot author) => new(Provenance, marks, text, element, author, IsChanged);
}

/// <summary>What is known of a slot beside its provenance.</summary>
[Flags]
internal enum SlotMarks
{
    None = 0,
    Uncounted = 1,
    Stored = 2,
    Question = 4,
    Media = 8,
    Message = 16,
    Address = 32,
    Signed = 64,
    Value = 128,
}
