namespace CleanLlm.Application.Settings;

/// <summary>A section of the configuration and the options that it is bound to; several may share one section.</summary>
/// <param name="Path">With colons, e.g. <c>Auth:Throttle</c>.</param>
/// <param name="Type">The options; a list of records for a section that is a list.</param>
internal sealed record SettingsSection(string Path, Type Type)
{
    /// <summary>The name at the top of the configuration.</summary>
    public string Root => Path.Split(':')[0];

    /// <summary>Whether the section is the given one or lies below it.</summary>
    public bool IsAtOrBelow(string path) =>
        Path.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (Path.Length == path.Length || Path[path.Length] == ':');
}
