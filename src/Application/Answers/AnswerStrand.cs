namespace CleanLlm.Application.Answers;

/// <summary>What a model writes side by side in one answer. Each strand has its own order.</summary>
public enum AnswerStrand
{
    /// <summary>The answer's text.</summary>
    Text,

    /// <summary>What the model says while it reasons.</summary>
    Reasoning,

    /// <summary>The name of the function that one call of a tool is for; whole.</summary>
    ToolName,

    /// <summary>The arguments of one call of a tool: JSON.</summary>
    ToolArguments,
}
