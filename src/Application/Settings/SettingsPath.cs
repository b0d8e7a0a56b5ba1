using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace CleanLlm.Application.Settings;

/// <summary>The way to a setting, with colons, in which an element of a list goes by its place among those that are given.</summary>
internal static class SettingsPath
{
    /// <summary>Whether a name is the place of an element.</summary>
    public static bool IsPlace(string name) => name.Length > 0 && name.All(char.IsAsciiDigit);

    /// <summary>The same way by the numbers that the configuration has, where a list has gaps.</summary>
    public static string AsGiven(string path, IConfiguration configuration, IReadOnlyList<SettingsSection> sections)
    {
        var names = path.Split(':');
        var given = names[0];
        for (var i = 1; i < names.Length; i++)
        {
            // Only below a list is a number a place; elsewhere it is a name that was given as it stands.
            var key = int.TryParse(names[i], NumberStyles.None, CultureInfo.InvariantCulture, out var place) && IsList(string.Join(':', names[..i]), sections)
                ? configuration.GetSection(given).GetChildren().Select(child => child.Key).Where(IsPlace).ElementAtOrDefault(place)
                : null;
            given = $"{given}:{key ?? names[i]}";
        }

        return given;
    }

    /// <summary>The property that holds the setting; null where no options have it.</summary>
    public static PropertyInfo? Property(string path, IReadOnlyList<SettingsSection> sections) => sections
        .Where(section => path.StartsWith($"{section.Path}:", StringComparison.OrdinalIgnoreCase))
        .Select(section => Find(section.Type, path[(section.Path.Length + 1)..].Split(':')))
        .Where(found => found is { Type: { } type } && SettingValue.IsScalar(type))
        .Select(found => found?.Property)
        .FirstOrDefault(property => property is not null);

    private static bool IsList(string path, IReadOnlyList<SettingsSection> sections) => sections
        .Where(section => path.Equals(section.Path, StringComparison.OrdinalIgnoreCase) || path.StartsWith($"{section.Path}:", StringComparison.OrdinalIgnoreCase))
        .Select(section => Find(section.Type, path.Length == section.Path.Length ? [] : path[(section.Path.Length + 1)..].Split(':')))
        .Any(found => found is { Type: { } type } && SettingProperties.ElementOf(type) is not null);

    // What lies at a path below a type, and the last property on the way; null for nothing.
    private static (PropertyInfo? Property, Type Type)? Find(Type type, IEnumerable<string> names)
    {
        PropertyInfo? found = null;
        foreach (var name in names)
        {
            if (IsPlace(name) && SettingProperties.ElementOf(type) is { } element)
                type = element;
            else if (SettingProperties.ElementOf(type) is null && SettingProperties.Of(type).TryGetValue(name, out found))
                type = Nullable.GetUnderlyingType(found.PropertyType) ?? found.PropertyType;
            else
                return null;
        }

        return (found, type);
    }
}
