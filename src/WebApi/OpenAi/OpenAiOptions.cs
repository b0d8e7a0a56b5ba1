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
    /// Fields that are ignored instead of being passed on to the provider. Default: those by which some providers let a caller choose
    /// another model, or buy more, than plan and price table know of.
    /// </summary>
    public IReadOnlyList<string> IgnoredFields { get; init; } =
        ["models", "route", "provider", "fallbacks", "plugins", "transforms", "service_tier", "web_search_options"];
}
