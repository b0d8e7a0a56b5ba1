namespace CleanLlm.Application.Prompting;

/// <summary>Where a text of a prompt comes from, which says how far it may be trusted.</summary>
public enum TextProvenance
{
    /// <summary>The operator's instructions, which come before every prompt.</summary>
    OperatorSystemPrompt,

    /// <summary>The operator's instructions for the users of a plan.</summary>
    PlanSystemPrompt,

    /// <summary>The instructions of the chat, or of the caller who sends a whole conversation.</summary>
    SystemPrompt,

    /// <summary>The text of a template that an admin shares with all users.</summary>
    SharedTemplate,

    /// <summary>The text of a template that the user wrote.</summary>
    PrivateTemplate,

    /// <summary>An earlier message of the chat, or what a model wrote earlier in a conversation that the caller sends.</summary>
    History,

    /// <summary>What a model wrote in the place of the oldest messages of the chat: data, and no instruction.</summary>
    Summary,

    /// <summary>What a user writes now; also a text of which embeddings are made.</summary>
    User,

    /// <summary>What a tool gave back.</summary>
    ToolResult,

    /// <summary>With what the model called a tool earlier: its name, its id and its arguments.</summary>
    ToolCallArguments,

    /// <summary>A tool that the model may call, and which of them it is to call.</summary>
    ToolDefinition,

    /// <summary>The form that the answer is to have.</summary>
    ResponseFormat,

    /// <summary>A field that goes to the provider as it came.</summary>
    PassedOnField,
}

/// <summary>What follows from where a text comes from.</summary>
public static class TextProvenances
{
    /// <summary>Whether it tells the model what to do, and is no part of the talk: what an answer must not give away.</summary>
    public static bool IsInstruction(this TextProvenance provenance) => provenance is
        TextProvenance.OperatorSystemPrompt or TextProvenance.PlanSystemPrompt or TextProvenance.SystemPrompt or TextProvenance.SharedTemplate or TextProvenance.PrivateTemplate;

    /// <summary>Whether it is an instruction that the caller wrote, or can read, as shared templates can be.</summary>
    public static bool IsCallersInstruction(this TextProvenance provenance) =>
        provenance is TextProvenance.SystemPrompt or TextProvenance.SharedTemplate or TextProvenance.PrivateTemplate;
}
