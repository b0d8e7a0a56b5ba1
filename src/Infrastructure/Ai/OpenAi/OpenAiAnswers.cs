using CleanLlm.Infrastructure.Ai.Calls;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>One answer of an OpenAI-compatible server.</summary>
internal sealed class OpenAiAnswers : IAnswerReader
{
    /// <summary>Joins its text.</summary>
    public SplitCharacter Text { get; } = new();

    /// <summary>Joins its reasoning.</summary>
    public SplitCharacter Reasoning { get; } = new();

    /// <summary>Joins the arguments of its tool calls.</summary>
    public SplitCharacter Arguments { get; } = new();

    /// <summary>Which of several choices is read: that of the first event, or of several in one event the first.</summary>
    public long? Choice { get; set; }

    public AnswerEvent Read(ref ReadOnlySpan<byte> json, bool isDocument) => AnswerReader.Read(ref json, this);
}
