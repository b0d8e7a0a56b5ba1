using CleanLlm.Domain.Results;
using Microsoft.Extensions.Primitives;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Refuses what the contract names but the program does not do yet: 422 <c>feature.not_available</c>, where an answer as if it had not been
/// asked for would mislead.
/// </summary>
internal static class UnavailableFeatures
{
    /// <summary>The refusal.</summary>
    /// <param name="field">The parameter or header, in camelCase.</param>
    /// <param name="message">What is not available.</param>
    public static Error Error(string field, string message) => Domain.Results.Error.Invalid(field, message) with
    {
        Code = "feature.not_available",
        Detail = "The request asks for something that this server cannot do yet.",
    };

    /// <summary>Refuses what every call that makes a completion is to understand later: an answer in the background, and another payer.</summary>
    public static RouteHandlerBuilder WithoutBackground(this RouteHandlerBuilder endpoint) => endpoint.Refuse(static request =>
        Prefers(request.Headers["Prefer"], "respond-async") ? Error("prefer", "Answers in the background (respond-async) are not available; leave the preference out.")
        : request.Headers.ContainsKey("Team") ? Error("team", "Teams are not available; leave the header 'Team' out.")
        : null);

    /// <summary>Whether a header <c>Prefer</c> (RFC 7240) names a preference, among others and in any case.</summary>
    internal static bool Prefers(StringValues header, string preference)
    {
        foreach (var line in header)
        {
            for (var rest = line.AsSpan(); rest.Length > 0;)
            {
                var length = UpToComma(rest);
                var name = rest[..length];
                if (name.IndexOfAny(";=") is >= 0 and var end)
                    name = name[..end];
                if (name.Trim().Equals(preference, StringComparison.OrdinalIgnoreCase))
                    return true;
                rest = rest[Math.Min(length + 1, rest.Length)..];
            }
        }

        return false;
    }

    // A comma in a quoted value separates nothing.
    private static int UpToComma(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ',' && !quoted)
                return i;
            if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == '\\' && quoted)
                i++;
        }

        return text.Length;
    }

    private static RouteHandlerBuilder Refuse(this RouteHandlerBuilder endpoint, Func<HttpRequest, Error?> look) =>
        endpoint.AddEndpointFilter(async (context, next) => look(context.HttpContext.Request) is { } refusal ? refusal.ToProblem() : await next(context));
}
