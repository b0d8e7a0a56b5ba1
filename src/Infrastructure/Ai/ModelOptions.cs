using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>One model of a provider.</summary>
internal sealed record ModelOptions
{
    /// <summary>The context window taken for models that nobody described, in tokens.</summary>
    public const int DefaultContextWindow = 128_000;

    /// <summary>The longest answer taken for models that nobody described, in tokens.</summary>
    public const int DefaultMaxOutputTokens = 4_096;

    /// <summary>The id callers name; unique within the provider.</summary>
    [Required, StringLength(200)]
    public string Id { get; init; } = "";

    /// <summary>What a person reads. Default: the id.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The provider's own name for it. Default: the id.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>Prompt and completion tokens together. 16 to 100,000,000; default 128,000.</summary>
    [Range(16, 100_000_000)]
    public int ContextWindow { get; init; } = DefaultContextWindow;

    /// <summary>Completion tokens of one answer, less than the context window. 1 to 10,000,000; default 4,096.</summary>
    [Range(1, 10_000_000)]
    public int MaxOutputTokens { get; init; } = DefaultMaxOutputTokens;

    /// <summary>Price of 1,000 prompt tokens in millionths of the currency. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public long PromptPriceMicros { get; init; }

    /// <summary>Price of 1,000 completion tokens in millionths of the currency. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public long CompletionPriceMicros { get; init; }

    /// <summary>Names the price table, kept in the ledger. Default: <c>free</c> without prices, else <c>configured</c>.</summary>
    [StringLength(64)]
    public string? PriceVersion { get; init; }

    /// <summary>Later price tables; each replaces the prices above from its moment on. A completion is charged what held when it was admitted.</summary>
    [ValidateEnumeratedItems]
    public IList<PriceOptions> Prices { get; init; } = [];

    /// <summary>Other ids that callers may name; several models may share one, and then stand in for each other.</summary>
    public IList<string> Aliases { get; init; } = [];

    /// <summary>Ids of models that answer when no provider of this one can, in this order; usually smaller ones.</summary>
    public IList<string> Fallbacks { get; init; } = [];

    /// <summary>Whether it makes embeddings instead of answers.</summary>
    public bool IsEmbedding { get; init; }
}

/// <summary>Prices of a model from a moment on.</summary>
internal sealed record PriceOptions
{
    /// <summary>Names the price table, kept in the ledger.</summary>
    [Required, StringLength(64)]
    public string Version { get; init; } = "";

    /// <summary>Since when it holds, e.g. <c>2027-01-01T00:00:00Z</c>.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Price of 1,000 prompt tokens in millionths of the currency. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public long PromptPriceMicros { get; init; }

    /// <summary>Price of 1,000 completion tokens in millionths of the currency. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public long CompletionPriceMicros { get; init; }
}
