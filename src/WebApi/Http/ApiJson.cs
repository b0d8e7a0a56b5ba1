using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanLlm.WebApi.Http;

/// <summary>How <c>/api</c> reads and writes JSON.</summary>
internal static class ApiJson
{
    /// <summary>Sets the one, cached set of serializer options.</summary>
    public static void Configure(JsonSerializerOptions json, HttpOptions http)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.MaxDepth = http.MaxJsonDepth;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        json.Converters.Add(new TypedIdConverter());
        json.Converters.Add(new UtcTimeConverter());
    }
}
