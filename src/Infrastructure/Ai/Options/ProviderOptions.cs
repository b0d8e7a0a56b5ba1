using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Ai.Options;

/// <summary>One AI provider.</summary>
internal sealed record ProviderOptions
{
    /// <summary>The kind of a provider that names none.</summary>
    public const string DefaultKind = "OpenAi";

    /// <summary>How it is called in the API and the ledger; unique. Default: the kind in lower case.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string Name { get; set; } = "";

    /// <summary>How it is spoken to: the name of one of the kinds that are registered, whatever the case. Default: <c>OpenAi</c>.</summary>
    public string Kind { get; set; } = DefaultKind;

    /// <summary>
    /// Absolute http or https address. Needed by kinds <c>OpenAi</c> (e.g. <c>https://api.openai.com/v1</c>), <c>Predict</c> (what comes
    /// before <c>/predict</c>) and <c>Grpc</c> (without a path).
    /// </summary>
    public string? BaseUrl { get; init; }

    /// <summary>Sent as a bearer token; absent for servers without one.</summary>
    [RegularExpression("[!-~]+", ErrorMessage = "may hold printable ASCII characters only.")]
    [Secret]
    public string? ApiKey { get; init; }

    /// <summary>Lower is asked first when two providers serve a model. 0 to 1,000; default 0.</summary>
    [Range(0, 1000)]
    public int Priority { get; init; }

    /// <summary>Its share among providers of equal priority. 1 to 1,000; default 1.</summary>
    [Range(1, 1000)]
    public int Weight { get; init; } = 1;

    /// <summary>Seconds for a whole call, retries and stream included. 0.1 to 86,400; default 300.</summary>
    [Range(0.1, 86_400)]
    public double TimeoutSeconds { get; init; } = 300;

    /// <summary>
    /// Seconds of one attempt from its request to the first byte of its answer's body. An answer in one JSON document begins when the model has finished, so keep it above the longest such answer. 0.1 to 86,400; default 120.
    /// </summary>
    [Range(0.1, 86_400)]
    public double FirstByteTimeoutSeconds { get; init; } = 120;

    /// <summary>Seconds without a byte once the body has begun. 0.1 to 86,400; default 60.</summary>
    [Range(0.1, 86_400)]
    public double IdleTimeoutSeconds { get; init; } = 60;

    /// <summary>Calls it gets at once from this instance. 1 to 100,000; default 1,024.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrentCalls { get; init; } = 1024;

    /// <summary>Calls that may wait for one of those to end. 0 to 100,000; default 1,024.</summary>
    [Range(0, 100_000)]
    public int MaxQueuedCalls { get; init; } = 1024;

    /// <summary>Seconds that a call waits for its turn when no other provider takes it. 0.01 to 600; default 2.</summary>
    [Range(0.01, 600)]
    public double QueueSeconds { get; init; } = 2;

    /// <summary>Bytes of UTF-8 that one answer may have. 1,024 to 268,435,456; default 8 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxAnswerBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Completion tokens that are asked from it at most, whatever its models can. 1 to 10,000,000; default: no limit of its own.</summary>
    [Range(1, 10_000_000)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>
    /// Whether it is asked for its models, to serve those that are not configured too. Default: when it is of kind <c>OpenAi</c> and
    /// none are configured.
    /// </summary>
    public bool? ListModels { get; init; }

    /// <summary>Milliseconds between two words of a simulated stream. 0 to 1,000; default 15.</summary>
    [Range(0, 1000)]
    public double TokenDelayMilliseconds { get; init; } = 15;

    /// <summary>
    /// What it serves. Without models kind <c>OpenAi</c> is asked for its list, and <c>Predict</c> and <c>Grpc</c> serve one of the
    /// provider's own name, which is the service's default.
    /// </summary>
    public IList<ModelOptions> Models { get; init; } = [];

    /// <summary>
    /// How kind <c>OpenAi</c> names the bound of an answer: <c>max_tokens</c> or <c>max_completion_tokens</c>, which the newer models of
    /// OpenAI want. Default: the name that the caller used, else <c>max_tokens</c>. A name that a model refuses is replaced by the other.
    /// </summary>
    [RegularExpression("max_tokens|max_completion_tokens")]
    public string? MaxTokensField { get; init; }

    /// <summary>
    /// How kind <c>OpenAi</c> is asked for embeddings: <c>base64</c>, the default, a quarter of the size, or <c>float</c>. A model that
    /// does not take base64 is asked for numbers from then on.
    /// </summary>
    [RegularExpression("base64|float")]
    public string? EmbeddingFormat { get; init; }
}
