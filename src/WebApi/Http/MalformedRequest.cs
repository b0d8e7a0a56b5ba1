using System.Text.Json;
using System.Text.RegularExpressions;

namespace CleanLlm.WebApi.Http;

/// <summary>Says what cannot be read in a request, without the .NET type names of the framework's own messages.</summary>
internal static partial class MalformedRequest
{
    private const int LongestPath = 120;

    /// <summary>One sentence for the caller.</summary>
    public static string Describe(BadHttpRequestException exception) => exception.InnerException switch
    {
        JsonException json => Describe(json),
        _ when exception.Message.Contains("body", StringComparison.OrdinalIgnoreCase) => "The request needs a JSON body.",
        _ when Parameter().Match(exception.Message) is { Success: true } match => $"The parameter '{match.Groups["name"].Value}' is missing or cannot be read.",
        _ => "The request cannot be read.",
    };

    private static string Describe(JsonException json)
    {
        var path = json.Path is { Length: > 0 } known ? known : "$";
        if (path.Length > LongestPath)
            path = string.Concat(path.AsSpan(0, LongestPath), "…");
        return $"The body is not the JSON expected at {path} (line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}): "
            + "it is malformed, nested too deeply, of another type, or a property is unknown or given twice.";
    }

    [GeneratedRegex("parameter \"[^\"]*?(?<name>\\w+)\"", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Parameter();
}
