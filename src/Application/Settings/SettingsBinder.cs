using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace CleanLlm.Application.Settings;

/// <summary>
/// Fills options from a section of the configuration and finds what is wrong there: unknown names, values that do not convert,
/// settings that are missing. Whatever is wrong keeps its default, so that all faults are found at once.
/// </summary>
/// <param name="sections">All sections, because a section may be bound to several types.</param>
/// <param name="faults">Gets a line for each fault; it begins with the setting, in which an element of a list goes by its place.</param>
internal sealed class SettingsBinder(IReadOnlyList<SettingsSection> sections, ICollection<string> faults)
{
    /// <summary>Fills an object.</summary>
    /// <param name="options">A record, or a list of records.</param>
    /// <param name="section">The section that it is filled from.</param>
    /// <param name="path">The name of the section.</param>
    public void Fill(object options, IConfiguration section, string path)
    {
        if (options is IList list)
        {
            FillList(list, SettingProperties.ElementOf(list.GetType())!, section, path);
            return;
        }

        var properties = SettingProperties.Of(options.GetType());
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
                RefuseUnknown(path, child.Key, properties.Keys);
            else if (Set(options, property, child, $"{path}:{property.Name}"))
                given.Add(property.Name);
        }

        foreach (var property in properties.Values.Where(property => SettingProperties.IsRequired(property) && !given.Contains(property.Name)))
            faults.Add($"{path}:{property.Name} is missing: it must be {SettingValue.Expected(Bare(property.PropertyType), property)}.");
    }

    /// <returns>Whether the setting was there, right or wrong.</returns>
    private bool Set(object options, PropertyInfo property, IConfigurationSection at, string path)
    {
        var type = Bare(property.PropertyType);
        if (SettingValue.IsScalar(type))
        {
            if (at.GetChildren().Any())
                faults.Add($"{path} takes one value, and nothing below it.");
            else if (at.Value is not { } text)
                return false;
            else if (SettingValue.Read(type, text) is { } value)
                property.SetValue(options, value);
            else
                faults.Add($"{path} must be {SettingValue.Expected(type, property)}.");
        }
        else if (SettingProperties.ElementOf(type) is { } element)
        {
            if (at.Value is { Length: > 0 })
                faults.Add($"{path} is a list: give {path}:0 and so on.");
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            if (SettingValue.IsScalar(element))
                FillValues(list, element, property, at, path);
            else
                FillList(list, element, at, path);
            property.SetValue(options, list);
        }
        else
        {
            RefuseValue(at, type, path);
            var inner = property.GetValue(options) ?? Make(type);
            Fill(inner, at, path);
            property.SetValue(options, inner);
        }

        return true;
    }

    private void FillList(IList list, Type element, IConfiguration section, string path)
    {
        foreach (var child in Elements(section, path))
        {
            var at = $"{path}:{list.Count}";
            RefuseValue(child, element, at);
            var item = Make(element);
            Fill(item, child, at);
            list.Add(item);
        }
    }

    private void FillValues(IList list, Type element, PropertyInfo property, IConfigurationSection section, string path)
    {
        foreach (var child in Elements(section, path))
        {
            var at = $"{path}:{list.Count}";
            if (string.IsNullOrWhiteSpace(child.Value))
                faults.Add($"{at} must not be empty: give it a value or leave it out.");
            else if (SettingValue.Read(element, child.Value) is null)
                faults.Add($"{at} must be {SettingValue.Expected(element, property)}.");
            // A place is taken in any case, so that what follows keeps its own.
            list.Add(SettingValue.Read(element, child.Value ?? "") ?? Activator.CreateInstance(element));
        }
    }

    // The places of a list are numbers and may have gaps; none is dropped.
    private IEnumerable<IConfigurationSection> Elements(IConfiguration section, string path)
    {
        foreach (var child in section.GetChildren())
        {
            if (SettingsPath.IsPlace(child.Key))
                yield return child;
            else
                faults.Add($"{path}:{child.Key} is no setting: {path} is a list, so a number such as {path}:0 follows it.");
        }
    }

    private void RefuseValue(IConfigurationSection at, Type type, string path)
    {
        if (at.Value is { Length: > 0 })
            faults.Add($"{path} takes no value, but settings of its own such as {path}:{SettingProperties.Of(type).Values.First().Name}.");
    }

    private void RefuseUnknown(string path, string name, IEnumerable<string> own)
    {
        var others = sections.Where(section => section.Path.Equals(path, StringComparison.OrdinalIgnoreCase)).SelectMany(section => SettingProperties.Of(section.Type).Keys);
        var below = sections.Where(section => section.Path.Length > path.Length && section.IsAtOrBelow(path)).Select(section => section.Path[(path.Length + 1)..].Split(':')[0]);
        var known = own.Concat(others).Concat(below).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (known.Contains(name, StringComparer.OrdinalIgnoreCase))
            return;
        var near = Spelling.Nearest(name, known);
        faults.Add(near is null
            ? $"{path}:{name} is no setting. There are {string.Join(", ", known.Order(StringComparer.Ordinal))}."
            : $"{path}:{name} is no setting. Is {path}:{near} meant?");
    }

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static object Make(Type type) => Activator.CreateInstance(type, nonPublic: true)!;
}
