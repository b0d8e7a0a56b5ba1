using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CleanLlm.Application.Settings;

/// <summary>The settings that a type of options has.</summary>
internal static class SettingProperties
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, PropertyInfo>> Known = new();

    /// <summary>Its properties that can be set, by their names in any case.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Of(Type options) => Known.GetOrAdd(options, static type => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is not null && property.GetIndexParameters().Length == 0)
        .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the setting has to be given: it is declared <c>required</c>.</summary>
    public static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    /// <summary>The type of a list's elements; null for a type that is no list.</summary>
    public static Type? ElementOf(Type type) => type == typeof(string)
        ? null
        : type.GetInterfaces().Prepend(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
}
