using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace CleanLlm.Application.Settings;

/// <summary>The rules that options state about themselves, by attributes and as <see cref="IValidatableObject"/>, at any depth.</summary>
internal static class SettingRules
{
    /// <summary>A line for each rule that is broken.</summary>
    /// <param name="options">A record, or a list of records.</param>
    /// <param name="path">The name of its section.</param>
    public static IEnumerable<string> Broken(object options, string path)
    {
        if (options is IEnumerable list)
            return list.Cast<object>().SelectMany((item, place) => Broken(item, $"{path}:{place}"));

        var own = options is IValidatableObject rules ? rules.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!) : [];
        return SettingProperties.Of(options.GetType()).Values.SelectMany(property => Broken(options, property, $"{path}:{property.Name}")).Concat(own);
    }

    private static IEnumerable<string> Broken(object options, PropertyInfo property, string path)
    {
        var value = property.GetValue(options);
        var attributes = property.GetCustomAttributes<ValidationAttribute>(inherit: true).OrderByDescending(attribute => attribute is RequiredAttribute);
        if (attributes.FirstOrDefault(attribute => !attribute.IsValid(value)) is { } broken)
            return [$"{path} {Text(broken, property)}"];
        return value is null || SettingValue.IsScalar(value.GetType()) || IsListOfValues(value.GetType()) ? [] : Broken(value, path);
    }

    private static bool IsListOfValues(Type type) => SettingProperties.ElementOf(type) is { } element && SettingValue.IsScalar(element);

    private static string Text(ValidationAttribute broken, PropertyInfo property) => broken switch
    {
        DeniedValuesAttribute => $"must be {SettingValue.Expected(property.PropertyType, property)}.",
        { ErrorMessage: not null } => broken.FormatErrorMessage(property.Name),
        RequiredAttribute => "must not be empty.",
        RangeAttribute range => $"must be {SettingValue.Between(range)}.",
        RegularExpressionAttribute pattern => $"must match {pattern.Pattern}",
        StringLengthAttribute text => $"must have at most {text.MaximumLength} characters.",
        MaxLengthAttribute text => $"must have at most {text.Length} characters.",
        _ => broken.FormatErrorMessage(property.Name),
    };
}
