using System.Text.Json;
using CleanLlm.Domain.Templates;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Every place of a prompt where a text can stand, always in the same order. Reading and replacing go the same way, so no place is read and
/// not replaced, or the reverse. What a provider may get of a request and is not met here is a number, a flag, or a word that formats are made of.
/// </summary>
internal static class PromptPlaces
{
    /// <summary>Leads a visitor through all of them.</summary>
    /// <returns>What came of the prompt; the same objects where nothing changed.</returns>
    public static PromptContent Visit(PromptContent content, ISlotVisitor visitor) => content with
    {
        Inputs = Each(content.Inputs, input => Replaced(visitor, TextProvenance.User, input, SlotMarks.Message)),
        OperatorSystemPrompt = Replaced(visitor, TextProvenance.OperatorSystemPrompt, content.OperatorSystemPrompt),
        PlanSystemPrompt = Replaced(visitor, TextProvenance.PlanSystemPrompt, content.PlanSystemPrompt),
        SystemPrompt = Replaced(visitor, TextProvenance.SystemPrompt, content.SystemPrompt),
        Summary = content.Summary is { } summary ? summary with { Content = Replaced(visitor, TextProvenance.Summary, summary.Content) } : null,
        Template = content.Template is { } use ? use with { Instruction = Replaced(visitor, ProvenanceOf(use), use.Instruction) } : null,
        History = Each(content.History, turn => turn with { Content = Replaced(visitor, TextProvenance.History, turn.Content, SlotMarks.Stored) }),
        Messages = VisitMessages(content.Messages, visitor),
        Options = content.Options is { } options ? OptionPlaces.Visit(options, visitor) : null,
    };

    /// <summary>The items with what came of each; the same list where all stayed.</summary>
    public static IReadOnlyList<T> Each<T>(IReadOnlyList<T> items, Func<T, T> visit)
    {
        T[]? changed = null;
        for (var i = 0; i < items.Count; i++)
        {
            var visited = visit(items[i]);
            if (changed is null && EqualityComparer<T>.Default.Equals(visited, items[i]))
                continue;
            (changed ??= [.. items])[i] = visited;
        }

        return changed ?? items;
    }

    /// <summary>A text, or what takes its place.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Replaced(ISlotVisitor visitor, TextProvenance provenance, string? text, SlotMarks marks = SlotMarks.None) =>
        text is null ? null : visitor.Text(provenance, text, marks) ?? text;

    /// <summary>The fields that stand beside something as <see cref="JsonElement"/>; anything else there is not the caller's.</summary>
    public static AdditionalPropertiesDictionary? VisitFields(
        AdditionalPropertiesDictionary? properties, ISlotVisitor visitor, SlotMarks marks = SlotMarks.None, Func<string, TextProvenance>? provenanceOf = null)
    {
        if (properties is null)
            return null;
        AdditionalPropertiesDictionary? changed = null;
        foreach (var (name, value) in properties)
        {
            if (value is JsonElement { ValueKind: not JsonValueKind.Undefined } field
                && visitor.Json(provenanceOf?.Invoke(name) ?? TextProvenance.PassedOnField, field, marks) is { } other)
                (changed ??= properties.Clone())[name] = other;
        }

        return changed ?? properties;
    }

    private static TextProvenance ProvenanceOf(TemplateUse use) => use.IsShared ? TextProvenance.SharedTemplate : TextProvenance.PrivateTemplate;

    private static IReadOnlyList<ChatMessage> VisitMessages(IReadOnlyList<ChatMessage> messages, ISlotVisitor visitor)
    {
        ChatMessage[]? changed = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var visited = MessagePlaces.Visit(messages[i], isLast: i == messages.Count - 1, visitor);
            if (!ReferenceEquals(visited, messages[i]))
                (changed ??= [.. messages])[i] = visited;
        }

        return changed ?? messages;
    }
}
