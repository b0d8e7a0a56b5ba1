namespace CleanLlm.WebApi.Startup;

/// <summary>The levels of the section <c>Logging</c>, which the framework reads without naming a wrong one.</summary>
internal static class LogLevels
{
    /// <summary>A line for each value that is no level.</summary>
    public static IReadOnlyList<string> Faults(IConfiguration configuration) =>
    [
        .. from setting in configuration.AsEnumerable()
           where IsLevel(setting.Key.Split(':')) && setting.Value is { Length: > 0 } value && !(Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level) && Enum.IsDefined(level))
           orderby setting.Key
           select $"{setting.Key.Replace(":", "__", StringComparison.Ordinal)} (given: '{setting.Value}') must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.",
    ];

    // Logging:LogLevel:category for all that write logs, Logging:writer:LogLevel:category for one of them.
    private static bool IsLevel(string[] path) => path is [var section, .., var levels, _] && path.Length <= 4 && Is(section, "Logging") && Is(levels, "LogLevel");

    private static bool Is(string name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
