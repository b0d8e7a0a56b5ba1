using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Times are ISO 8601 in UTC with <c>Z</c>; one that comes without an offset is taken as UTC, never as the server's local time.
/// Written to the microsecond, which is what the database keeps: the answer to a call and a later look agree.
/// </summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var time = reader.GetDateTime();
        return time.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(time, TimeSpan.Zero) : reader.GetDateTimeOffset().ToUniversalTime();
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.AddTicks(-(value.UtcTicks % TimeSpan.TicksPerMicrosecond)));
}
