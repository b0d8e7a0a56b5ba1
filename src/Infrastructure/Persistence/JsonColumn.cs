using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Keeps a small immutable value in one text column as JSON; it is read and written whole, never queried into.</summary>
internal static class JsonColumn
{
    public static PropertyBuilder<T> HasJsonConversion<T>(this PropertyBuilder<T> property) => property.HasConversion(
        value => Write(value),
        json => Read<T>(json),
        new ValueComparer<T>(
            (left, right) => Write(left) == Write(right),
            value => Write(value).GetHashCode(StringComparison.Ordinal),
            value => value));

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Default);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Default)!;
}
