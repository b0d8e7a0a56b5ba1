using System.Text.Json.Serialization;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Body of <c>POST /chat/completions</c>.</summary>
internal sealed record ChatRequest(string Model, IReadOnlyList<WireMessage> Messages)
{
    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public int? MaxTokens { get; init; }

    public IList<string>? Stop { get; init; }

    public long? Seed { get; init; }

    public float? FrequencyPenalty { get; init; }

    public float? PresencePenalty { get; init; }
}

/// <summary>Asks for the usage in the last event of a stream.</summary>
internal sealed record StreamOptions(bool IncludeUsage);

/// <summary>A message as sent.</summary>
internal sealed record WireMessage(string Role, string Content);

/// <summary>
/// An answer in one document, or one event of a stream. Read once per token, so what is read has plain setters: the compiled
/// deserialiser sets them as it reads, where <c>init</c> and records would make it collect arguments first.
/// </summary>
internal sealed class ChatAnswer
{
    /// <summary>Stands for the event <c>[DONE]</c>.</summary>
    public static readonly ChatAnswer Done = new();

    public ChatChoice[]? Choices { get; set; }

    public WireUsage? Usage { get; set; }

    /// <summary>Some servers report a failure inside a stream that began well.</summary>
    public WireError? Error { get; set; }
}

/// <summary>One alternative; we only ever ask for one.</summary>
internal sealed class ChatChoice
{
    /// <summary>The whole answer, in one document.</summary>
    public WireText? Message { get; set; }

    /// <summary>What an event adds to the answer.</summary>
    public WireText? Delta { get; set; }

    public string? FinishReason { get; set; }
}

/// <summary>Text of an answer.</summary>
internal sealed class WireText
{
    public string? Content { get; set; }
}

/// <summary>What the provider charged.</summary>
internal sealed class WireUsage
{
    public long? PromptTokens { get; set; }

    public long? CompletionTokens { get; set; }

    public long? TotalTokens { get; set; }
}

/// <summary>A failure; its text may quote the prompt, so it is not read.</summary>
internal sealed class WireError;

/// <summary>Answer of <c>GET /models</c>.</summary>
internal sealed record ModelList(ModelEntry[]? Data);

/// <summary>A model as listed.</summary>
internal sealed record ModelEntry(string? Id);

/// <summary>Compiled (de)serialisers of the wire types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatAnswer))]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class OpenAiJson : JsonSerializerContext;
