namespace CleanLlm.Domain.Prompting;

/// <summary>What becomes of the oldest messages of a chat that do not fit a model's context window.</summary>
public enum HistoryMode
{
    /// <summary>They are left out.</summary>
    Drop,

    /// <summary>A summary that a model has written stands in their place, as soon as there is one.</summary>
    Summarize,
}
