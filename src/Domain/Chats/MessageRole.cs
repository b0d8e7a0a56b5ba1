namespace CleanLlm.Domain.Chats;

/// <summary>Who said a message.</summary>
public enum MessageRole
{
    /// <summary>The person.</summary>
    User = 1,

    /// <summary>The model.</summary>
    Assistant = 2,
}
