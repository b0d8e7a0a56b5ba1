using System.Text;
using System.Text.Json;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>An error as a provider wrote it, sorted by what its fields are for. It is looked at and dropped: never kept, logged or passed on.</summary>
/// <param name="Codes">Codes and types, one a line.</param>
/// <param name="Parameters">The parameters it is about, one a line. A caller may have made them up.</param>
/// <param name="Sentences">What a person reads, one a line. May quote the prompt.</param>
internal readonly record struct UpstreamErrorText(string Codes, string Parameters, string Sentences)
{
    // Errors say what they are at their beginning; what may follow is the prompt.
    private const int MostChars = 8_192;

    private const int MaxDepth = 8;

    /// <summary>A plain sentence.</summary>
    public static UpstreamErrorText Of(string sentence) => new("", "", OneLine(sentence));

    /// <summary>A document, whatever its form: servers put the same fields at the root, below <c>error</c>, in lists or inside texts.</summary>
    public static UpstreamErrorText Read(ReadOnlySpan<byte> json)
    {
        var parts = new Parts();
        try
        {
            var reader = new Utf8JsonReader(json);
            parts.Add(JsonElement.ParseValue(ref reader), name: "", MaxDepth);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // A page, a plain sentence, or JSON that was cut at the bound.
            return Of(Encoding.UTF8.GetString(json[..Math.Min(json.Length, MostChars)]));
        }

        return parts.ToText();
    }

    private static string OneLine(string text) => text[..Math.Min(text.Length, MostChars)].ReplaceLineEndings(" ");

    private sealed class Parts
    {
        private readonly StringBuilder codes = new();
        private readonly StringBuilder parameters = new();
        private readonly StringBuilder sentences = new();

        public UpstreamErrorText ToText() => new(codes.ToString(), parameters.ToString(), sentences.ToString());

        public void Add(JsonElement value, string name, int depth)
        {
            // What was sent: it says nothing about the error, whatever it holds.
            if (name is "input" or "flagged_input" or "failed_generation")
                return;
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when depth > 0:
                    foreach (var field in value.EnumerateObject())
                        Add(field.Value, field.Name, depth - 1);
                    break;
                case JsonValueKind.Array when depth > 0:
                    foreach (var item in value.EnumerateArray())
                        Add(item, name, depth - 1);
                    break;
                case JsonValueKind.String:
                    Add(value.GetString()!, name);
                    break;
            }
        }

        private void Add(string text, string name)
        {
            var part = name switch
            {
                "param" or "loc" => parameters,
                // Some servers have a sentence where others have a code.
                "code" or "type" or "status" or "reason" or "error_type" when !text.Contains(' ', StringComparison.Ordinal) => codes,
                _ => sentences,
            };
            if (part.Length >= MostChars)
                return;
            if (part.Length > 0)
                part.Append('\n');
            part.Append(OneLine(text));
        }
    }
}
