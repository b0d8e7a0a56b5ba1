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

/// <summary>Compiled serialiser of the request. Answers are read by <see cref="PredictAnswers"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PredictQuestion))]
internal sealed partial class PredictJson : JsonSerializerContext;
