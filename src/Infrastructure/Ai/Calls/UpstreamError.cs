using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>What an error of a provider was recognised as. Nothing of its text is kept.</summary>
/// <param name="Failure">What it means; null when it says nothing that is known.</param>
internal readonly record struct UpstreamError(ProviderFailure? Failure)
{
    /// <summary>The HTTP status that means the same, where the one it came with misleads: 401 for a bad key, 402 for an account without money.</summary>
    public int? Status { get; init; }

    /// <summary>The parameters of ours that it names.</summary>
    public NamedParameters Names { get; init; }

    /// <summary>The longest answer that it says is allowed, in tokens, when it finds the bound of the answer too large; else null.</summary>
    public int? MostTokens { get; init; }

    /// <summary>The exception that stands for it, in an answer or inside a stream; null when it says nothing that is known.</summary>
    public ProviderException? ToException() => Failure is { } failure
        ? new ProviderException(failure, "The provider's error is a known one.") { Status = Status }
        : null;
}

/// <summary>Parameters that some models or servers refuse, and that can be said otherwise.</summary>
[Flags]
internal enum NamedParameters
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>max_tokens</c>.</summary>
    MaxTokens = 1,

    /// <summary><c>max_completion_tokens</c>.</summary>
    MaxCompletionTokens = 2,
}
