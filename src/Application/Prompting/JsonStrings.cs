using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.Application.Prompting;

/// <summary>The texts inside JSON: the names of its members and its strings, without their escapes.</summary>
internal static class JsonStrings
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>All of them, in their order.</summary>
    /// <param name="json">Where to look.</param>
    /// <param name="isMedia">Whether it describes an image, sound or file, whose data is no text.</param>
    public static IEnumerable<string> Of(JsonElement json, bool isMedia = false) => json.ValueKind switch
    {
        JsonValueKind.String => isMedia && IsDataAddress(json) ? [] : [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Of(item, isMedia)),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => isMedia && IsData(member) ? [member.Name] : Of(member.Value, isMedia).Prepend(member.Name)),
        _ => [],
    };

    /// <summary>The same JSON with each of them changed; null when none changes.</summary>
    /// <param name="json">Where to look.</param>
    /// <param name="change">Gives another text, or the same.</param>
    /// <param name="isMedia">As above.</param>
    public static JsonElement? Map(JsonElement json, Func<string, string> change, bool isMedia = false)
    {
        // In one pass, so that the change sees each text once.
        var body = new ArrayBufferWriter<byte>();
        bool isChanged;
        using (var writer = new Utf8JsonWriter(body, Unescaped))
            isChanged = Write(writer, json, change, isMedia);
        return isChanged ? JsonElement.Parse(body.WrittenSpan) : null;
    }

    /// <summary>The JSON that a text holds; null when it holds none.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Write(Utf8JsonWriter writer, JsonElement json, Func<string, string> change, bool isMedia)
    {
        var isChanged = false;
        switch (json.ValueKind)
        {
            case JsonValueKind.String when !(isMedia && IsDataAddress(json)):
                writer.WriteStringValue(Changed(json.GetString()!));
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    isChanged |= Write(writer, item, change, isMedia);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(Changed(member.Name));
                    if (isMedia && IsData(member))
                        member.Value.WriteTo(writer);
                    else
                        isChanged |= Write(writer, member.Value, change, isMedia);
                }

                writer.WriteEndObject();
                break;
            default:
                json.WriteTo(writer);
                break;
        }

        return isChanged;

        string Changed(string text)
        {
            var changed = change(text);
            isChanged |= changed != text;
            return changed;
        }
    }

    private static bool IsData(JsonProperty member) => member.NameEquals("data"u8) || member.NameEquals("file_data"u8);

    private static bool IsDataAddress(JsonElement text) => JsonMarshal.GetRawUtf8Value(text).StartsWith("\"data:"u8);
}
