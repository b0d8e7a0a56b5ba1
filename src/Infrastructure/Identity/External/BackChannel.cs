namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>How providers are called: in bounded time and size, without cookies or redirects.</summary>
internal static class BackChannel
{
    private const int MaxAnswerBytes = 1_048_576;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A client for one provider, for as long as the program runs.</summary>
    public static HttpClient Open()
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectPatience,
            PooledConnectionLifetime = ConnectionLifetime,
            // Trace headers of callers must not reach a provider.
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        // GitHub refuses callers without a User-Agent.
        client.DefaultRequestHeaders.UserAgent.ParseAdd("CleanLlm");
        return client;
    }
}
