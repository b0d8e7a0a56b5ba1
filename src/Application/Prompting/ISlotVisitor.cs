using System.Text.Json;

namespace CleanLlm.Application.Prompting;

/// <summary>Is led through the places of a prompt by <see cref="PromptPlaces"/>: one reads what stands there, one puts back what was changed.</summary>
internal interface ISlotVisitor
{
    /// <summary>Meets a text.</summary>
    /// <returns>What takes its place; null to leave it.</returns>
    string? Text(TextProvenance provenance, string text, SlotMarks marks = SlotMarks.None);

    /// <summary>Meets JSON.</summary>
    /// <param name="provenance">Where it comes from.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="marks">What is known of it.</param>
    /// <param name="text">The text that holds it, where it stands in one.</param>
    /// <returns>What takes its place; null to leave it.</returns>
    JsonElement? Json(TextProvenance provenance, JsonElement json, SlotMarks marks = SlotMarks.None, string? text = null);
}

/// <summary>Reads the slots of a prompt.</summary>
internal sealed class SlotReader : ISlotVisitor
{
    /// <summary>What was met, in its order.</summary>
    public List<PromptSlot> Slots { get; } = [];

    public string? Text(TextProvenance provenance, string text, SlotMarks marks = SlotMarks.None)
    {
        Slots.Add(PromptSlot.Of(provenance, text, marks));
        return null;
    }

    public JsonElement? Json(TextProvenance provenance, JsonElement json, SlotMarks marks = SlotMarks.None, string? text = null)
    {
        Slots.Add(PromptSlot.Of(provenance, json, marks, text));
        return null;
    }
}

/// <summary>Puts changed slots back where they were read.</summary>
internal sealed class SlotWriter(IReadOnlyList<PromptSlot> slots) : ISlotVisitor
{
    private int next;

    public string? Text(TextProvenance provenance, string text, SlotMarks marks = SlotMarks.None) => slots[next++] is { IsChanged: true } slot ? slot.Text : null;

    public JsonElement? Json(TextProvenance provenance, JsonElement json, SlotMarks marks = SlotMarks.None, string? text = null) =>
        slots[next++] is { IsChanged: true } slot ? slot.Element : null;
}
