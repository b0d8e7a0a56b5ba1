using CleanLlm.Application.ApiKeys;

namespace CleanLlm.WebApi.Authentication;

/// <summary>
/// Which API key a request shows, in <c>Authorization</c> or in <c>x-api-key</c>. What is no credential of ours in either header, such as a
/// placeholder that a client insists on or a key of the gateway in front, counts as absent; two credentials that differ open nothing.
/// </summary>
/// <param name="ApiKey">The API key; null when the request shows none, or an access token.</param>
/// <param name="IsContradictory">Whether the two headers show different credentials.</param>
internal readonly record struct ShownCredential(string? ApiKey, bool IsContradictory)
{
    /// <summary>The header that holds an API key and nothing else.</summary>
    public const string ApiKeyHeader = "x-api-key";

    private const string Bearer = "Bearer ";
    private const int DotsOfJwt = 2;

    /// <summary>What a request shows.</summary>
    public static ShownCredential Of(HttpRequest request)
    {
        var token = TokenOf(request.Headers.Authorization);
        var isKey = IsKey(token);
        var key = request.Headers.TryGetValue(ApiKeyHeader, out var header) && IsKey(header.ToString()) ? header.ToString() : null;
        if (key is null || token.SequenceEqual(key))
            return new ShownCredential(isKey ? token.ToString() : null, IsContradictory: false);

        // Whether either of them works makes no difference: the caller must not depend on which one has just expired.
        return isKey || IsJwt(token) ? new ShownCredential(null, IsContradictory: true) : new ShownCredential(key, IsContradictory: false);
    }

    // A span of the header: an access token is long, and is not needed as a string here.
    private static ReadOnlySpan<char> TokenOf(string? header) =>
        header is not null && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Bearer.Length).Trim() : [];

    private static bool IsKey(ReadOnlySpan<char> text) => text.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal);

    private static bool IsJwt(ReadOnlySpan<char> token) => token.Count('.') == DotsOfJwt;
}
