using System.Buffers;
using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Which fields of a JSON object may pass, and which of those inside them. Other fields are not passed.</summary>
/// <param name="fields">The names; with a tree of its own where not everything inside may pass.</param>
internal sealed class FieldTree(IEnumerable<(string Name, FieldTree? Inner)> fields)
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_000 };

    private readonly FrozenDictionary<string, FieldTree?> fields =
        fields.DistinctBy(field => field.Name).ToFrozenDictionary(field => field.Name, field => field.Inner, StringComparer.Ordinal);

    /// <summary>A tree of some fields that pass whole.</summary>
    public static FieldTree Of(params IEnumerable<string> names) => new(names.Select(name => (name, (FieldTree?)null)));

    /// <summary>A copy that holds only what may pass; as it came, to the last space, where that is everything.</summary>
    public JsonElement Select(JsonElement element)
    {
        if (IsWhole(element))
            return element.Clone();
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Unescaped))
            Write(json, element);
        return JsonElement.Parse(body.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1_000 });
    }

    private bool IsWhole(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(field => fields.TryGetValue(field.Name, out var inner) && inner?.IsWhole(field.Value) != false),
        JsonValueKind.Array => element.EnumerateArray().All(IsWhole),
        _ => true,
    };

    private void Write(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var field in element.EnumerateObject())
                {
                    if (!fields.TryGetValue(field.Name, out var inner))
                        continue;
                    json.WritePropertyName(field.Name);
                    if (inner is null)
                        field.Value.WriteTo(json);
                    else
                        inner.Write(json, field.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
