namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>How providers are talked to: in bounded time and size, without cookies, and never where they redirect to.</summary>
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
            // What callers send to be traced by is none of a provider's business.
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        // GitHub refuses callers without a name.
        client.DefaultRequestHeaders.UserAgent.ParseAdd("CleanLlm");
        return client;
    }
}
