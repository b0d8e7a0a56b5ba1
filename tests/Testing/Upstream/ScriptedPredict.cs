using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>
/// The reference server of <c>POST /predict</c> (docs/ai-contract) on loopback, with the scripts of <see cref="ScriptedUpstream"/> by the
/// model's name. Besides those: <c>no-stream</c> answers in one document whatever is asked for; <c>lax</c> answers without a prompt. Calls without
/// a model are the model <c>ok</c>'s.
/// </summary>
public sealed class ScriptedPredict : ScriptedServer
{
    private static readonly PredictFormat Format = new();

    private ScriptedPredict(WebApplication app)
        : base(app)
    {
    }

    /// <summary>The bearer token that calls must bring; none is asked for when null.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Listens on a free port of loopback; <c>/predict</c> comes below the address.</summary>
    public static async Task<ScriptedPredict> StartAsync()
    {
        var app = Builder(static _ => { }).Build();
        var server = new ScriptedPredict(app);
        app.MapPost("/predict", server.PredictAsync);
        await server.ListenAsync();
        return server;
    }

    private async Task PredictAsync(HttpContext http)
    {
        if (ApiKey is { } key && http.Request.Headers.Authorization != $"Bearer {key}")
        {
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "unauthorized");
            return;
        }

        if (await ReadAsync(http) is not { } call)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "invalid_request");
            return;
        }

        var model = Model(call.Model);
        var number = model.Begin(call);
        try
        {
            await new ScriptedAnswer(http, call, model, Format).WriteAsync(number);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            model.Abandon();
        }
    }

    private static async Task<UpstreamCall?> ReadAsync(HttpContext http)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            var root = body.RootElement;
            var model = root.TryGetProperty("model", out var named) ? named.GetString()! : "ok";
            var prompt = root.TryGetProperty("prompt", out var text) ? text.GetString() : null;
            if (string.IsNullOrEmpty(prompt) && !model.StartsWith("lax", StringComparison.Ordinal))
                return null;
            return new UpstreamCall(
                model,
                [("user", prompt ?? "")],
                http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal)
                    && !model.StartsWith("no-stream", StringComparison.Ordinal),
                root.TryGetProperty("maxTokens", out var most) ? most.GetInt32() : null,
                http.Request.Headers.Authorization.ToString(),
                root.GetRawText())
            { Headers = UpstreamCall.HeadersOf(http.Request) };
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { error = new { code, message = "scripted" } });
    }
}
