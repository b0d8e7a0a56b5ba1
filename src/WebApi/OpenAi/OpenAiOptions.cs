using System.ComponentModel.DataAnnotations;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>The section <c>OpenAi</c>: what clients may send to <c>/v1</c>.</summary>
internal sealed record OpenAiOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "OpenAi";

    /// <summary>Largest request body in bytes, 413 beyond it. Default 8 MiB: conversations come whole, with their pictures.</summary>
    [Range(1_024, 64 * 1_024 * 1_024)]
    public long MaxBodyBytes { get; init; } = 8 * 1_024 * 1_024;

    /// <summary>Deepest nesting of a JSON body, 400 beyond it. Default 64: schemas of tools nest deeply.</summary>
    [Range(8, 256)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>
    /// Fields that are ignored instead of being passed on to the provider, beside <see cref="NeverPassedOn"/>. Default none.
    /// </summary>
    public IReadOnlyList<string> IgnoredFields { get; init; } = [];

    /// <summary>
    /// Whether pictures may be given by addresses in the network of the provider: names without a dot, and addresses that are private,
    /// local or link-local. A provider that fetches them would fetch whatever a caller names there. Default false.
    /// </summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>
    /// Fields by which some servers let a caller choose another model, another bound, another address or other messages, or buy more,
    /// than plan, price table and screening know of.
    /// </summary>
    public static IReadOnlyList<string> NeverPassedOn { get; } =
    [
        "models", "route", "provider", "fallbacks", "plugins", "transforms", "service_tier", "web_search_options", "preset", "search_parameters",
        "enable_search", "api_base", "api_key", "base_url", "n_predict", "num_predict", "max_new_tokens", "max_output_tokens", "min_tokens", "best_of",
        "prompt", "chat_template", "chat_template_kwargs", "documents", "extra_body", "extra_headers", "options",
    ];
}
