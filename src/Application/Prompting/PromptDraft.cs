using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Templates;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// A prompt on its way through the pipeline; every step gives back a changed copy. A step reads and replaces <see cref="Slots"/> and
/// nothing else, so it cannot miss a place.
/// </summary>
public sealed record PromptDraft
{
    private readonly PromptContent content;

    private PromptDraft(PromptContent content, IReadOnlyList<PromptSlot> slots) => (this.content, Slots) = (content, slots);

    /// <summary>The model it is prepared for.</summary>
    public required Model Model { get; init; }

    /// <summary>The request's field that holds the question, for error messages.</summary>
    public required string Field { get; init; }

    /// <summary>Every text that a model or a provider gets, in order: instructions, history, messages, tools and fields.</summary>
    public IReadOnlyList<PromptSlot> Slots { get; private init; }

    /// <summary>What turns placeholders in the answer back for the user.</summary>
    public Restorations Restorations { get; init; } = Restorations.None;

    /// <summary>What the user asks now, as written: the text of the last message, its parts in lines of their own. Stored and shown.</summary>
    public string Question => Template?.Text ?? string.Join('\n', Slots.Where(slot => slot.IsQuestion).Select(slot => slot.Original));

    /// <summary>The longest answer that may be given: what the caller asked for, or what model and plan allow.</summary>
    public required int MaxCompletionTokens { get; init; }

    /// <summary>Whether the caller set that length, so that a shorter one would not do.</summary>
    public bool LengthIsExact { get; init; }

    /// <summary>Whether the caller set a length at all, so that all of it is held of the quota from the start.</summary>
    public bool LengthIsSet { get; init; }

    /// <summary>How many tokens the prompt may have beside the shortest answer that will do; for embeddings, each of its texts.</summary>
    public int MostPromptTokens => IsForEmbeddings ? Model.ContextWindow : Model.ContextWindow - LeastCompletionTokens;

    /// <summary>The shortest answer that will do, in tokens.</summary>
    public int LeastCompletionTokens => IsForEmbeddings ? 0 : LengthIsExact ? MaxCompletionTokens : 1;

    /// <summary>Tokens of all that is sent, as its provider is expected to count them; 0 until the context is fitted.</summary>
    public int PromptTokens { get; init; }

    /// <summary>The same as counted here; 0 until the context is fitted, and for embeddings.</summary>
    public int CountedPromptTokens { get; init; }

    /// <summary>What the steps noticed and let pass.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Whether vectors are made of its texts, and no answer is given.</summary>
    public bool IsForEmbeddings => content.Inputs.Count > 0;

    /// <summary>The texts that tell the model what to do, as they are sent; the same empty list where there are none.</summary>
    internal IReadOnlyList<Instruction> Instructions
    {
        get
        {
            List<Instruction>? found = null;
            foreach (var slot in Slots)
            {
                if (slot.Provenance.IsInstruction() && slot is { IsCounted: true, IsJson: false })
                    (found ??= []).Add(new Instruction(slot.Provenance, slot.Text));
            }

            return found ?? (IReadOnlyList<Instruction>)[];
        }
    }

    /// <summary>Whether what is asked is a user's text and nothing else, such as a picture.</summary>
    internal bool AsksByTextAlone => content.Messages is [.., { Role: var role, Contents: var contents }]
        && role == ChatRole.User && contents.All(part => part is TextContent);

    /// <summary>How many of the oldest messages of the history are left out.</summary>
    internal int HistoryLeftOut { get; init; }

    /// <summary>Whether the summary stands in the place of messages that are left out.</summary>
    internal bool IsSummarized { get; init; }

    /// <summary>Up to which message a summary is soon needed; null where none is, or the one there is will do.</summary>
    internal MessageId? SummaryDue { get; init; }

    /// <summary>The template that it is asked by, with what the user wrote, cleaned; null for none.</summary>
    internal TemplateUse? Template => content.Template is not { } use ? null : use with
    {
        Content = Slots.First(slot => slot is { IsQuestion: true, IsValue: false }).Original,
        Values = [.. Slots.Where(slot => slot.IsValue).Zip(use.Values, (slot, value) => value with { Text = slot.Original })],
    };

    /// <summary>What the blocks with the values of the template's parameters are known by; null without any.</summary>
    internal string? ParameterMark => Template is { Values.Count: > 0 } use ? ParameterBlocks.MarkOf(use.Content, use.Values) : null;

    /// <summary>What it was made of, which still holds the texts as they came.</summary>
    internal PromptContent Content => content;

    /// <summary>A copy that also carries the finding, when there is something to tell.</summary>
    public PromptDraft With(Finding finding) => finding.Count == 0 ? this : this with { Findings = [.. Findings, finding] };

    /// <summary>A copy with what took the place of each slot; this draft when all stayed.</summary>
    /// <param name="change">Gives another form of the slot (<see cref="PromptSlot.Rewrite(Func{string, string})"/>, <see cref="PromptSlot.Clean"/>), or the same.</param>
    public PromptDraft Map(Func<PromptSlot, PromptSlot> change)
    {
        var slots = PromptPlaces.Each(Slots, change);
        return ReferenceEquals(slots, Slots) ? this : this with { Slots = slots };
    }

    internal static PromptDraft Of(PromptContent content, Model model, string field, int maxCompletionTokens, bool lengthIsExact)
    {
        var reader = new SlotReader();
        PromptPlaces.Visit(content, reader);
        return new PromptDraft(content, reader.Slots) { Model = model, Field = field, MaxCompletionTokens = maxCompletionTokens, LengthIsExact = lengthIsExact };
    }

    /// <summary>What is sent: the request's own parts with the texts as they are now.</summary>
    internal ModelPrompt Assemble()
    {
        var sent = Slots.Any(slot => slot.IsChanged) ? PromptPlaces.Visit(content, new SlotWriter(Slots)) : content;
        return ModelPrompt.Of(sent, HistoryLeftOut, IsSummarized, ParameterMark);
    }
}
