namespace CleanLlm.Domain.ApiKeys;

/// <summary>What a key may be used for; never more than its owner may.</summary>
[Flags]
public enum ApiKeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>completions</c>: ask models, and read the completions asked for.</summary>
    Completions = 1,

    /// <summary><c>chats:read</c>: list and read chats and their messages.</summary>
    ChatsRead = 2,

    /// <summary><c>chats:write</c>: make, change and delete chats, ask in them, and follow or cancel what the key asked there.</summary>
    ChatsWrite = 4,

    /// <summary><c>usage:read</c>: read quota and usage.</summary>
    UsageRead = 8,
}
