using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Testing.Upstream.OpenAi;

/// <summary>
/// A plain OpenAI-compatible server on loopback with OpenAI's own rules and failures, for clients to be pointed at: what they get from
/// it is what they have to get through CleanLlm. Answers follow from the request alone (see <see cref="OpenAiReply"/>).
/// </summary>
public sealed class OpenAiServer : IAsyncDisposable
{
    /// <summary>A key that works.</summary>
    public const string Key = "sk-works";

    /// <summary>A key whose quota is spent.</summary>
    public const string SpentKey = "sk-spent";

    /// <summary>A model that answers.</summary>
    public const string ChatModel = "acme/chat-1";

    /// <summary>A model that makes embeddings.</summary>
    public const string EmbeddingModel = "acme/embed-1";

    private readonly WebApplication app;

    private OpenAiServer(WebApplication app) => this.app = app;

    /// <summary>The address to configure.</summary>
    public static string BaseUrl(int port) => FormattableString.Invariant($"http://127.0.0.1:{port}/v1");

    /// <summary>The bodies of the chat calls that arrived, oldest first.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> ChatBodies { get; } = new();

    /// <summary>The bodies of the calls for embeddings that arrived, oldest first.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> EmbeddingBodies { get; } = new();

    /// <summary>Listens on a port of loopback.</summary>
    public static async Task<OpenAiServer> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var server = new OpenAiServer(builder.Build());
        server.app.Use(AuthenticateAsync);
        server.app.MapGet("/v1/models", () => new { @object = "list", data = new[] { Describe(ChatModel), Describe(EmbeddingModel) } });
        server.app.MapGet("/v1/models/{**id}", GetModel);
        server.app.MapPost("/v1/chat/completions", server.CompleteAsync);
        server.app.MapPost("/v1/embeddings", server.EmbedAsync);
        server.app.MapFallback((HttpContext http) => new OpenAiFailure(404, "Unknown request URL.", "unknown_url").WriteAsync(http));
        await server.app.StartAsync();
        return server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private static object Describe(string id) => new { id, @object = "model", created = 1, owned_by = "acme" };

    private static Task AuthenticateAsync(HttpContext http, Func<Task> next) => http.Request.Headers.Authorization.ToString() switch
    {
        $"Bearer {Key}" => next(),
        $"Bearer {SpentKey}" => new OpenAiFailure(429, "You exceeded your current quota.", "insufficient_quota") { Type = "insufficient_quota" }.WriteAsync(http),
        _ => new OpenAiFailure(401, "Incorrect API key provided.", "invalid_api_key").WriteAsync(http),
    };

    // The slash of an id comes escaped, and routing leaves it so.
    private static Task GetModel(string id, HttpContext http) => id.Replace("%2F", "/", StringComparison.Ordinal) is ChatModel or EmbeddingModel
        ? http.Response.WriteAsJsonAsync(Describe(id.Replace("%2F", "/", StringComparison.Ordinal)))
        : OpenAiFailure.UnknownModel.WriteAsync(http);

    private async Task CompleteAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
        ChatBodies.Enqueue(body.RootElement.GetRawText());
        if (OpenAiRules.Broken(body.RootElement) is { } failure)
            await failure.WriteAsync(http);
        else
            await new OpenAiChatWriter(http, body.RootElement).WriteAsync();
    }

    private async Task EmbedAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
        var body = document.RootElement;
        EmbeddingBodies.Enqueue(body.GetRawText());
        if (body.GetProperty("model").GetString() != EmbeddingModel)
        {
            await OpenAiFailure.UnknownModel.WriteAsync(http);
            return;
        }

        var input = body.GetProperty("input");
        var texts = input.ValueKind == JsonValueKind.String ? [input.GetString()!] : input.EnumerateArray().Select(text => text.GetString()!).ToList();
        if (texts.Exists(text => text.Length == 0))
        {
            await new OpenAiFailure(400, "'input' cannot be an empty string.", "invalid_value") { Param = "input" }.WriteAsync(http);
            return;
        }

        var length = body.TryGetProperty("dimensions", out var dimensions) ? dimensions.GetInt32() : 8;
        var base64 = body.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64";
        var tokens = texts.Sum(UpstreamCall.WordsOf);
        await http.Response.WriteAsJsonAsync(new
        {
            @object = "list",
            data = texts.Select((text, index) => new { @object = "embedding", index, embedding = OpenAiReply.Vector(text, length, base64) }),
            model = EmbeddingModel,
            usage = new { prompt_tokens = tokens, total_tokens = tokens },
        });
    }
}
