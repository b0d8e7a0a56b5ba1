using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>One choice of an answer, or what an event adds to it, while it is read.</summary>
internal struct AnswerChoice
{
    public long? Index;
    public bool IsWhole;
    public bool Failed;
    public string? Text;
    public string? Refusal;
    public string? Reasoning;
    public string? PlainReasoning;
    public List<ToolCallFragment>? Calls;
    public List<AIContent>? Fields;
    public ChatFinishReason? Finish;

    /// <summary>Whether it has text, reasoning, a refusal or a tool call.</summary>
    public readonly bool Speaks => Calls is not null
        || !string.IsNullOrEmpty(Text) || !string.IsNullOrEmpty(Refusal) || !string.IsNullOrEmpty(Reasoning) || !string.IsNullOrEmpty(PlainReasoning);

    /// <summary>What it has for callers; null for nothing. Reasoning that comes under both of its names is one.</summary>
    public readonly List<AIContent>? ToContents()
    {
        if (!Speaks && Fields is null)
            return null;
        var contents = new List<AIContent>(1);
        if (!string.IsNullOrEmpty(Reasoning))
            contents.Add(ReasoningFields.Piece(Reasoning, ReasoningFields.Content));
        else if (!string.IsNullOrEmpty(PlainReasoning))
            contents.Add(ReasoningFields.Piece(PlainReasoning, ReasoningFields.Plain));
        if (!string.IsNullOrEmpty(Text))
            contents.Add(new TextContent(Text));
        else if (!string.IsNullOrEmpty(Refusal))
            contents.Add(new TextContent(Refusal));
        if (Calls is not null)
            contents.AddRange(Calls);
        if (Fields is not null)
            contents.AddRange(Fields);
        return contents;
    }
}
