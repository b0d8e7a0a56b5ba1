using System.ComponentModel.DataAnnotations;
using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.Ai.Options;

/// <summary>One model of a provider.</summary>
internal sealed record ModelOptions
{
    private static readonly IReadOnlyList<string> OfEmbeddings = [ModelCapabilities.Embeddings];

    private IReadOnlyList<string>? shown;

    /// <summary>The context window taken for models that no one described, in tokens.</summary>
    public const int DefaultContextWindow = 128_000;

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

    /// <summary>Completion tokens of one answer, less than the context window. 1 to 10,000,000; default: what the prompt leaves of the window.</summary>
    [Range(1, 10_000_000)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>
    /// How many tokens its vocabulary makes of what is one token of OpenAI's o200k_base: the context is fitted and quota reserved by that. 0.25 to 4;
    /// default by the family that <see cref="UpstreamId"/> names (docs/context.md), else 1.
    /// </summary>
    [Range(0.25, 4)]
    public double? TokenRatio { get; init; }

    /// <summary>How its server names the bound of an answer: <c>max_tokens</c> or <c>max_completion_tokens</c>. Default: as its provider does.</summary>
    [RegularExpression("max_tokens|max_completion_tokens")]
    public string? MaxTokensField { get; init; }

    /// <summary>How its server is asked for embeddings: <c>base64</c> or <c>float</c>. Default: as its provider is.</summary>
    [RegularExpression("base64|float")]
    public string? EmbeddingFormat { get; init; }

    /// <summary>What calls cost. Default: nothing.</summary>
    public PriceOptions Price { get; init; } = new();

    /// <summary>Names the price table, kept in the ledger. Default: <c>free</c> without prices, else <c>configured</c>.</summary>
    [StringLength(64)]
    public string? PriceVersion { get; init; }

    /// <summary>Later price tables; each replaces the price above from its moment on. A completion is charged what held when it was admitted.</summary>
    public IList<DatedPriceOptions> Prices { get; init; } = [];

    /// <summary>Other ids that callers may name; several models may share one, and then stand in for each other.</summary>
    public IList<string> Aliases { get; init; } = [];

    /// <summary>Ids of models that answer when no provider of this one can, in this order; usually smaller ones.</summary>
    public IList<string> Fallbacks { get; init; } = [];

    /// <summary>
    /// What it can do beyond answering text, shown to callers: <c>tools</c>, <c>images</c>, <c>audio</c>, <c>files</c>, <c>reasoning</c>,
    /// <c>structured_outputs</c>. Default none known; one that makes embeddings always says <c>embeddings</c>.
    /// </summary>
    public IList<string> Capabilities { get; init; } = [];

    /// <summary>Whether it makes embeddings instead of answers.</summary>
    public bool IsEmbedding { get; init; }

    /// <summary>The capabilities as callers see them: one lasting list, so that two models at different moments compare as equal.</summary>
    public IReadOnlyList<string> ShownCapabilities => shown ??= Shown();

    private IReadOnlyList<string> Shown()
    {
        if (Capabilities.Count > 0)
            return IsEmbedding ? [ModelCapabilities.Embeddings, .. Capabilities] : [.. Capabilities];
        return IsEmbedding ? OfEmbeddings : [];
    }
}

/// <summary>What a model can do beyond answering text.</summary>
internal static class ModelCapabilities
{
    /// <summary>It turns text into vectors.</summary>
    public const string Embeddings = "embeddings";

    /// <summary>The names that may be configured.</summary>
    public static readonly IReadOnlyList<string> Configurable = ["tools", "images", "audio", "files", "reasoning", "structured_outputs"];
}

/// <summary>
/// What calls of a model cost in the configured currency: for one million tokens of each class, and for a call. Decimals with a point, such as
/// <c>0.0375</c>; 0 to 100,000.
/// </summary>
internal record PriceOptions
{
    private const double Most = 100_000;

    /// <summary>Prompt tokens. Default 0.</summary>
    [Range(0, Most)]
    public decimal Prompt { get; init; }

    /// <summary>Prompt tokens that the provider has in its cache. Default: as <see cref="Prompt"/>.</summary>
    [Range(0, Most)]
    public decimal? CachedPrompt { get; init; }

    /// <summary>Prompt tokens that the provider puts into its cache. Default: as <see cref="Prompt"/>.</summary>
    [Range(0, Most)]
    public decimal? CacheWrite { get; init; }

    /// <summary>Completion tokens. Default 0.</summary>
    [Range(0, Most)]
    public decimal Completion { get; init; }

    /// <summary>Completion tokens of reasoning. Default: as <see cref="Completion"/>.</summary>
    [Range(0, Most)]
    public decimal? Reasoning { get; init; }

    /// <summary>One call, whatever it counts. Default 0.</summary>
    [Range(0, Most)]
    public decimal Request { get; init; }

    /// <summary>Whether nothing costs anything.</summary>
    public bool IsFree => Prompt == 0 && Completion == 0 && Request == 0 && CachedPrompt is null or 0 && CacheWrite is null or 0 && Reasoning is null or 0;

    /// <summary>The same as a price table of the given name.</summary>
    public TokenPrice ToPrice(string version) => new(Prompt, Completion, version)
    {
        CachedPrompt = CachedPrompt ?? Prompt,
        CacheWrite = CacheWrite ?? Prompt,
        Reasoning = Reasoning ?? Completion,
        Request = Request,
    };
}

/// <summary>Prices of a model from a moment on.</summary>
internal sealed record DatedPriceOptions : PriceOptions
{
    /// <summary>Names the price table, kept in the ledger.</summary>
    [Required, StringLength(64)]
    public string Version { get; init; } = "";

    /// <summary>Since when it holds, e.g. <c>2027-01-01T00:00:00Z</c>.</summary>
    public required DateTimeOffset From { get; init; }
}
