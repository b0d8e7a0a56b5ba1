namespace CleanLlm.Domain.Completions;

/// <summary>A call of a tool that the model asks its caller to make.</summary>
/// <param name="Id">The provider's id for it, or one of ours where the provider gives none; the caller's answer names it. Unique within an answer.</param>
/// <param name="Name">The function to call.</param>
/// <param name="Arguments">Its arguments, as the model wrote them: JSON by intention, not by guarantee.</param>
public sealed record ToolCall(string Id, string Name, string Arguments)
{
    /// <summary>What the model's family needs back beside the call, such as a thought signature, as JSON; null for nothing.</summary>
    public string? ExtraContent { get; init; }
}
