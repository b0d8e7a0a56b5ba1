using System.ComponentModel.DataAnnotations;

namespace CleanLlm.WebApi.Http;

/// <summary>The section <c>Http</c>: what a request may be, and how long the program takes to leave.</summary>
internal sealed record HttpOptions
{
    /// <summary>Largest request body in bytes, 413 beyond it. Default 524,288 (512 KiB).</summary>
    [Range(1_024, 64 * 1_024 * 1_024)]
    public long MaxBodyBytes { get; init; } = 512 * 1_024;

    /// <summary>Deepest nesting of a JSON body, 400 beyond it. Default 32.</summary>
    [Range(4, 256)]
    public int MaxJsonDepth { get; init; } = 32;

    /// <summary>Seconds that running requests get to finish after SIGTERM. Default 30.</summary>
    [Range(1, 600)]
    public int ShutdownSeconds { get; init; } = 30;
}
