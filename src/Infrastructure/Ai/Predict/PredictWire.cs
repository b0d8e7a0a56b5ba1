using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>Body of <c>POST /predict</c>.</summary>
internal sealed record PredictQuestion(string Prompt)
{
    public string? Model { get; init; }

    public int? MaxTokens { get; init; }

    public float? Temperature { get; init; }

    public IList<string>? Stop { get; init; }
}

/// <summary>An answer in one document, or one event of a stream; read once a token, so it has plain setters.</summary>
internal sealed class PredictAnswer
{
    public string? Text { get; set; }

    public PredictUsage? Usage { get; set; }

    public string? FinishReason { get; set; }

    /// <summary>The last event of a stream.</summary>
    public bool Done { get; set; }

    /// <summary>A failure inside a stream that began well.</summary>
    public PredictError? Error { get; set; }
}

/// <summary>What the service counted.</summary>
internal sealed class PredictUsage
{
    public long? PromptTokens { get; set; }

    public long? CompletionTokens { get; set; }
}

/// <summary>A failure; its text may quote the prompt, so it is not read.</summary>
internal sealed class PredictError;

/// <summary>Compiled (de)serialisers of the wire types.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PredictQuestion))]
[JsonSerializable(typeof(PredictAnswer))]
internal sealed partial class PredictJson : JsonSerializerContext;
