using System.Text.Json.Serialization;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Answer of <c>GET /models</c>.</summary>
internal sealed record ModelList(ModelEntry[]? Data);

/// <summary>A model as listed.</summary>
internal sealed record ModelEntry(string? Id);

/// <summary>Compiled deserialisers of the wire types. Answers of models are read by <see cref="AnswerReader"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class OpenAiJson : JsonSerializerContext;
