using CleanLlm.Application.Settings;

namespace CleanLlm.Application;

/// <summary>Section <c>AutoMapper</c>: the licence of the library that maps entities.</summary>
internal sealed class AutoMapperOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "AutoMapper";

    /// <summary>The licence key. Default none: the library says so in the log.</summary>
    [Secret]
    public string? LicenseKey { get; init; }
}
