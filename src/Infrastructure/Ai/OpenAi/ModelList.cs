using System.Text.Json;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Reads what a server lists at <c>GET /models</c>. How long prompts and answers may be is told under many names, or not at all.</summary>
internal static class ModelList
{
    // What is smaller is no window, but a way to say that there is none.
    private const int Least = 16;

    // vLLM and SGLang; OpenRouter, Together, Fireworks, Moonshot; Groq; Mistral and LM Studio; Gemini; Anthropic; others.
    private static readonly string[] WindowNames =
    [
        "max_model_len", "context_length", "context_window", "max_context_length", "loaded_context_length", "max_context_window_tokens",
        "inputTokenLimit", "input_token_limit", "max_input_tokens", "n_ctx",
    ];

    // Groq and OpenRouter; Gemini; others.
    private static readonly string[] OutputNames = ["max_completion_tokens", "max_output_tokens", "outputTokenLimit", "output_token_limit", "max_output_length"];

    // Where some servers put them: OpenRouter, GitHub and Copilot, llama.cpp.
    private static readonly string[] Places = ["top_provider", "limits", "capabilities", "meta"];

    // The first of them that an entry has is its name.
    private static readonly string[] IdNames = ["id", "model", "name"];

    /// <summary>
    /// The models of a list, under <c>data</c> or <c>models</c> or by itself, of names or of objects that have one; those without are left out.
    /// </summary>
    /// <exception cref="JsonException">It is no list of models.</exception>
    public static ListedModel[] Read(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        var root = JsonElement.ParseValue(ref reader);
        var list = Find(root, "data") ?? Find(root, "models") ?? root;
        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(ReadModel).OfType<ListedModel>().DistinctBy(model => model.Id, StringComparer.Ordinal)]
            : throw new JsonException("The list of models holds no data.");
    }

    private static JsonElement? Find(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : null;

    private static ListedModel? ReadModel(JsonElement model)
    {
        if (model.ValueKind == JsonValueKind.String)
            return JsonText.Of(model) is { Length: > 0 } only ? new ListedModel(only, null, null) : null;
        if (model.ValueKind != JsonValueKind.Object
            || IdNames.Select(id => model.TryGetProperty(id, out var value) ? JsonText.Of(value) : null).FirstOrDefault(id => !string.IsNullOrEmpty(id)) is not { } name)
            return null;
        // The smallest holds: a server that can do more may have been started with less.
        var window = Smallest(model, WindowNames);
        var output = Smallest(model, OutputNames);
        return new ListedModel(name, window, output < (window ?? ModelOptions.DefaultContextWindow) ? output : null);
    }

    private static int? Smallest(JsonElement model, string[] names) => Places
        .Select(place => model.TryGetProperty(place, out var inner) ? inner : default)
        .Prepend(model)
        .SelectMany(place => Limits(place, names))
        .Min();

    private static IEnumerable<int?> Limits(JsonElement place, string[] names)
    {
        if (place.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var name in names)
        {
            if (place.TryGetProperty(name, out var value) && Number(value) is >= Least and var number)
                yield return (int)Math.Min(number, 100_000_000);
        }

        // One level deeper: capabilities.limits.
        if (place.TryGetProperty("limits", out var limits))
        {
            foreach (var limit in Limits(limits, names))
                yield return limit;
        }
    }

    private static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => 0,
    };
}
