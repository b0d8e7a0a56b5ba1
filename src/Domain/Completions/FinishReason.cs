namespace CleanLlm.Domain.Completions;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model was done, or met a stop sequence.</summary>
    Stop = 1,

    /// <summary>The most tokens allowed were produced.</summary>
    Length = 2,

    /// <summary>The provider's content filter stopped it.</summary>
    ContentFilter = 3,

    /// <summary>The model asks for a tool.</summary>
    ToolCalls = 4,
}
