using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// The texts inside JSON: the names of its members and its strings, without their escapes. Names that formats of tools and schemas are made of
/// are none, but where a schema lists what the caller named.
/// </summary>
internal static class JsonStrings
{
    // Of OpenAI's tools, formats and parts, and of JSON Schema (2020-12).
    private static readonly FrozenSet<string> Structure = FrozenSet.Create(
        StringComparer.Ordinal,
        "type", "function", "name", "description", "parameters", "strict", "json_schema", "schema", "cache_control", "ttl", "mode", "tools", "allowed_tools",
        "image_url", "url", "detail", "file", "filename", "file_data", "input_audio", "data", "format", "text", "content",
        "$schema", "$id", "$ref", "$defs", "definitions", "title", "default", "examples", "enum", "const", "properties", "required", "items", "prefixItems",
        "additionalProperties", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "anyOf", "oneOf", "allOf", "not", "if", "then",
        "else", "contains", "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "pattern", "minProperties", "maxProperties", "nullable", "discriminator", "deprecated", "readOnly", "writeOnly");

    // The caller chose all names right below these.
    private static readonly FrozenSet<string> Named = FrozenSet.Create(
        StringComparer.Ordinal, "properties", "$defs", "definitions", "patternProperties", "dependentRequired", "dependentSchemas");

    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>All of them, in their order.</summary>
    /// <param name="json">Where to look.</param>
    /// <param name="isMedia">Whether it describes an image, sound or file, whose data is no text.</param>
    /// <param name="isNamed">Whether the names of its members are the caller's, also those that formats have.</param>
    public static IEnumerable<string> Of(JsonElement json, bool isMedia = false, bool isNamed = false) => json.ValueKind switch
    {
        JsonValueKind.String => isMedia && IsDataAddress(json) ? [] : [json.GetString()!],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Of(item, isMedia)),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => OfMember(member, isNamed, isMedia)),
        _ => [],
    };

    /// <summary>The same JSON with each of them changed; null when none changes.</summary>
    /// <param name="json">Where to look.</param>
    /// <param name="change">Gives another text, or the same. It gets the name of the member whose value the text is, or is an item of; null for none.</param>
    /// <param name="isMedia">As above.</param>
    public static JsonElement? Map(JsonElement json, Func<string, string?, string> change, bool isMedia = false)
    {
        // In one pass, so that the change sees each text once.
        var body = new ArrayBufferWriter<byte>();
        bool isChanged;
        using (var writer = new Utf8JsonWriter(body, Unescaped))
            isChanged = Write(writer, json, change, isMedia, isNamed: false, name: null);
        return isChanged ? JsonElement.Parse(body.WrittenSpan) : null;
    }

    /// <summary>The JSON that a text holds; null when it holds none.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            var json = JsonElement.Parse(text);
            // Half a surrogate pair can be escaped, but never read.
            if (text.Contains("\\u", StringComparison.Ordinal))
                _ = Of(json).Count();
            return json;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<string> OfMember(JsonProperty member, bool isNamed, bool isMedia)
    {
        var values = isMedia && IsData(member) ? [] : Of(member.Value, isMedia, Named.Contains(member.Name));
        return IsText(member.Name, isNamed) ? values.Prepend(member.Name) : values;
    }

    private static bool Write(Utf8JsonWriter writer, JsonElement json, Func<string, string?, string> change, bool isMedia, bool isNamed, string? name)
    {
        var isChanged = false;
        switch (json.ValueKind)
        {
            case JsonValueKind.String when !(isMedia && IsDataAddress(json)):
                writer.WriteStringValue(Changed(json.GetString()!, name));
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    isChanged |= Write(writer, item, change, isMedia, isNamed: false, name);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(IsText(member.Name, isNamed) ? Changed(member.Name, of: null) : member.Name);
                    if (isMedia && IsData(member))
                        member.Value.WriteTo(writer);
                    else
                        isChanged |= Write(writer, member.Value, change, isMedia, Named.Contains(member.Name), member.Name);
                }

                writer.WriteEndObject();
                break;
            default:
                json.WriteTo(writer);
                break;
        }

        return isChanged;

        string Changed(string text, string? of)
        {
            var changed = change(text, of);
            isChanged |= changed != text;
            return changed;
        }
    }

    private static bool IsData(JsonProperty member) => member.NameEquals("data"u8) || member.NameEquals("file_data"u8);

    private static bool IsText(string name, bool isNamed) => isNamed || !Structure.Contains(name);

    private static bool IsDataAddress(JsonElement text) =>
        JsonMarshal.GetRawUtf8Value(text) is { Length: > 6 } raw && Ascii.EqualsIgnoreCase(raw[..6], "\"data:"u8);
}
