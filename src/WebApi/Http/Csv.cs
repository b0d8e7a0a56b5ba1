using System.Globalization;
using System.Text;

namespace CleanLlm.WebApi.Http;

/// <summary>Answers as comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/csv";

    private const string Json = "application/json";

    /// <summary>Whether a caller names CSV in <c>Accept</c>, and JSON not or with a lower weight; a wildcard alone means JSON.</summary>
    public static bool IsPreferredBy(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Weight(MediaType) is > 0 and var csv && csv > Weight(Json);

        double Weight(string type) => accepted
            .Where(named => named.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(named => named.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }

    /// <summary>Writes the lines, each of its values quoted where it has to be, numbers with a point.</summary>
    public static Task WriteAsync(HttpContext http, IEnumerable<IReadOnlyList<object>> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.AppendJoin(',', line.Select(Field)).Append("\r\n");

        http.Response.ContentType = $"{MediaType}; charset=utf-8; header=present";
        return http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }

    private static string Field(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
