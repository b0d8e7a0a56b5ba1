using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Kinds;

/// <summary>The rule of kinds whose providers are servers.</summary>
internal static class HttpAddress
{
    /// <summary>What is wrong with a provider's address; null when nothing is.</summary>
    /// <param name="provider">Its settings.</param>
    /// <param name="at">Where they are.</param>
    public static string? Fault(ProviderOptions provider, string at) => IsHttp(provider.BaseUrl)
        ? null
        : $"{at}:BaseUrl must be an absolute http or https address without query, such as https://host/v1.";

    private static bool IsHttp(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri is { Query: "", Fragment: "", UserInfo: "" };
}
