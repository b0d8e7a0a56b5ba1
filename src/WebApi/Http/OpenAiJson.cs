using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanLlm.WebApi.Http;

/// <summary>How <c>/v1</c> writes JSON.</summary>
internal static class OpenAiJson
{
    /// <summary>Names in snake_case; what has no value is null, as in OpenAI's answers. Answers are data for programs, so texts are not escaped for HTML.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
