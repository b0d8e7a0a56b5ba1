using Microsoft.Extensions.Configuration;

namespace CleanLlm.Application.Settings;

/// <summary>
/// Finds sections whose name is nearly one of ours. Other names are ignored: the environment of a machine, the host and the server put
/// theirs at the top of the configuration too. A name alone, without anything below it, is such a variable.
/// </summary>
internal static class MisspeltSections
{
    // What the framework reads, where it is near one of ours or may come to be.
    private static readonly string[] Foreign = ["Logging", "Kestrel", "AllowedHosts", "Authentication", "HttpLogging", "Https"];

    /// <summary>A line for each.</summary>
    public static IEnumerable<string> In(IConfiguration configuration, IReadOnlyList<SettingsSection> sections)
    {
        var ours = sections.Select(section => section.Root).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return from section in configuration.GetChildren()
               where !ours.Contains(section.Key, StringComparer.OrdinalIgnoreCase) && !Foreign.Contains(section.Key, StringComparer.OrdinalIgnoreCase)
               let near = Spelling.Nearest(section.Key, ours)
               where near is not null && section.GetChildren().Any()
               select $"{section.Key} is no section. Is {near} meant, as in {near}__{section.GetChildren().First().Key}?";
    }
}
