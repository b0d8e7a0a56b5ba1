using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace CleanLlm.Application.Settings;

/// <summary>The one place that turns the text of a setting into a value. Numbers and moments are the same in every culture.</summary>
internal static class SettingValue
{
    private const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private static readonly string[] Moments = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    private static readonly Dictionary<Type, (Func<string, object?> Read, string Expected)> Kinds = new()
    {
        [typeof(string)] = (static text => text, "text"),
        [typeof(bool)] = (static text => bool.TryParse(text, out var value) ? value : null, "true or false"),
        [typeof(int)] = (static text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null, "a whole number"),
        [typeof(long)] = (static text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null, "a whole number"),
        [typeof(double)] = (
            static text => double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null, "a number such as 0.5"),
        [typeof(decimal)] = (static text => decimal.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var value) ? value : null, "a number such as 0.5"),
        [typeof(DateTimeOffset)] = (
            static text => DateTimeOffset.TryParseExact(text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value : null,
            "a moment such as 2027-01-01T00:00:00Z"),
    };

    /// <summary>Whether the type is one value, and neither a list nor a section of its own.</summary>
    public static bool IsScalar(Type type) => type.IsEnum || Kinds.ContainsKey(type);

    /// <summary>The value of a text; null for a text that is none of the type.</summary>
    public static object? Read(Type type, string text)
    {
        if (!type.IsEnum)
            return Kinds[type].Read(text);
        // By name alone: any number would be taken.
        return Array.Find(Enum.GetNames(type), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known ? Enum.Parse(type, known) : null;
    }

    /// <summary>What the type takes, as the end of "must be …".</summary>
    public static string Expected(Type type, PropertyInfo property)
    {
        if (type.IsEnum)
        {
            var denied = property.GetCustomAttribute<DeniedValuesAttribute>()?.Values.Select(value => value?.ToString()) ?? [];
            return $"one of {string.Join(", ", Enum.GetNames(type).Except(denied, StringComparer.Ordinal))}";
        }

        return property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{Kinds[type].Expected} {Between(range)}" : Kinds[type].Expected;
    }

    /// <summary>A range as text.</summary>
    public static string Between(RangeAttribute range) => string.Create(CultureInfo.InvariantCulture, $"from {Plain(range.Minimum)} to {Plain(range.Maximum)}");

    // Without the exponent that a long double is written with.
    private static object Plain(object bound) => bound is double number && Math.Abs(number) < 1e18 && number == Math.Floor(number) ? (long)number : bound;
}
