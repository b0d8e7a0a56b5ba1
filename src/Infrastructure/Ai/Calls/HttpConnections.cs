using System.Net.Http.Headers;
using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>The connections that all HTTP providers share.</summary>
internal static class HttpConnections
{
    /// <summary>The name of their HTTP client.</summary>
    public const string Name = "ai";

    /// <summary>The longest wait for a connection to a provider.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A client that speaks to one provider, with its credential.</summary>
    public static HttpClient CreateClient(this IHttpClientFactory http, ProviderOptions provider)
    {
        var client = http.CreateClient(Name);
        client.BaseAddress = new Uri(provider.BaseUrl!.TrimEnd('/'));
        if (provider.ApiKey is { } key)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
