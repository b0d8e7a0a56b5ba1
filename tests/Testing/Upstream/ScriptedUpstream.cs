using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Testing.Upstream;

/// <summary>
/// An OpenAI-compatible server on loopback whose behaviour is chosen by the model's name, so that tests may share it in parallel:
/// <list type="table">
/// <item><c>ok</c>: answers; <c>bytes</c>: the same, flushed byte by byte, with text of up to four bytes a character</item>
/// <item><c>slow</c>: waits for <see cref="ScriptedServer.Release(string)"/> before its headers; <c>hang</c>: never sends them</item>
/// <item><c>stall</c>: half of the answer, then silence until <see cref="ScriptedServer.Release(string)"/> (then the rest)</item>
/// <item><c>status-NNN</c>: that status, 429 with <c>Retry-After: 1</c>; <c>status-NNN-after-S</c>: with <c>Retry-After: S</c></item>
/// <item><c>flaky-NNN-K</c>: that status K times, then answers; <c>reset-K</c>: resets the connection K times before its headers</item>
/// <item><c>malformed</c>: no JSON; <c>empty</c>: no choices; <c>huge</c>: one part of 9 MiB; <c>error</c>: a failure inside the stream</item>
/// <item><c>cut-off</c>: half of the answer, then the connection ends; <c>cut-clean</c>: half of it, then an orderly end</item>
/// <item><c>drip-MS</c>: the answer one byte at a time, MS milliseconds apart; <c>endless</c>: never stops writing</item>
/// <item><c>chaos-P</c>: of 100 calls P fail before their headers, by 500, 503, 429 or a reset; the others are answered</item>
/// <item><c>paced-N-MS</c>: N words, MS milliseconds apart; <c>paced-N-MS-SIZE</c>: each of so many characters</item>
/// <item><c>no-usage</c>: without usage; <c>no-done</c>: without <c>[DONE]</c></item>
/// <item><c>cut-end</c>: after the finish reason the connection ends; <c>stall-end</c>: after it silence until <see cref="ScriptedServer.Release(string)"/></item>
/// <item><c>tools</c>: calls the first tool once, <c>tools-K</c> K times; answers when the last message is a tool's</item>
/// <item><c>raw</c>: what the test has set as <see cref="UpstreamModel.Raw"/></item>
/// <item><c>embed</c>: embeddings, in base64 when asked; <c>embed-numbers</c>: never in base64; <c>embed-few</c>: one too few;
/// <c>embed-nan</c>, <c>embed-uneven</c> and others: no vectors that could be used</item>
/// </list>
/// Anything after an <c>@</c> only tells tests apart: <c>status-503@my-test</c> has its own counters and gate.
/// </summary>
public sealed class ScriptedUpstream : ScriptedServer
{
    private static readonly OpenAiFormat Format = new();

    private readonly OpenConnections connections;

    private ScriptedUpstream(WebApplication app, OpenConnections connections)
        : base(app) => this.connections = connections;

    /// <summary>Connections that clients hold open, idle ones too.</summary>
    public int Connections => connections.Count;

    /// <summary>What <c>GET /v1/models</c> lists.</summary>
    public IReadOnlyList<string> ListedModels { get; set; } = ["ok", "slow", "stall", "hang", "status-503", "cut-off"];

    /// <summary>The whole list as JSON, in place of <see cref="ListedModels"/>; null for that.</summary>
    public string? ListBody { get; set; }

    /// <summary>The headers of the last call of the list, by their names in lower case.</summary>
    public IReadOnlyDictionary<string, string>? ListHeaders { get; private set; }

    /// <summary>What <c>GET /v1/models</c> answers; 200 unless told.</summary>
    public int ListStatus { get; set; } = StatusCodes.Status200OK;

    /// <summary>How often the list was asked for.</summary>
    public int ListCalls => listCalls;

    private int listCalls;

    /// <summary>Listens on a free port of loopback; the address ends in <c>/v1</c>.</summary>
    public static async Task<ScriptedUpstream> StartAsync()
    {
        var counted = new OpenConnections();
        var app = Builder(listen => listen.Use(next => connection => counted.CountAsync(next, connection))).Build();
        var upstream = new ScriptedUpstream(app, counted);
        app.MapGet("/v1/models", upstream.ListAsync);
        app.MapPost("/v1/chat/completions", upstream.CompleteAsync);
        app.MapPost("/v1/embeddings", upstream.EmbedAsync);
        await upstream.ListenAsync("/v1");
        return upstream;
    }

    private Task ListAsync(HttpContext http)
    {
        Interlocked.Increment(ref listCalls);
        ListHeaders = UpstreamCall.HeadersOf(http.Request);
        http.Response.StatusCode = ListStatus;
        if (ListBody is { } body)
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(body);
        }

        return http.Response.WriteAsJsonAsync(new { @object = "list", data = ListedModels.Select(id => new { id, @object = "model" }) });
    }

    private static async Task<bool> RefusesAsync(HttpContext http, UpstreamCall call, UpstreamModel model)
    {
        if (model.Refusal?.Invoke(call) is not { } refusal)
            return false;
        http.Response.StatusCode = refusal.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(refusal.Body);
        return true;
    }

    private async Task CompleteAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
        var call = UpstreamCall.Read(body.RootElement, http.Request.Headers.Authorization.ToString()) with { Headers = UpstreamCall.HeadersOf(http.Request) };
        var model = Model(call.Model);
        var number = model.Begin(call);
        try
        {
            if (!await RefusesAsync(http, call, model))
                await new ScriptedAnswer(http, call, model, Format).WriteAsync(number);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            model.Abandon();
        }
        finally
        {
            model.End();
        }
    }

    private async Task EmbedAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
        var root = body.RootElement;
        string[] texts = root.GetProperty("input") is { ValueKind: JsonValueKind.String } one
            ? [one.GetString()!]
            : [.. root.GetProperty("input").EnumerateArray().Select(text => text.GetString()!)];
        var call = new UpstreamCall(
            root.GetProperty("model").GetString()!,
            [.. texts.Select(text => ("input", text))],
            Stream: false,
            MaxTokens: null,
            http.Request.Headers.Authorization.ToString(),
            root.GetRawText());
        var model = Model(call.Model);
        var number = model.Begin(call);
        try
        {
            if (!await RefusesAsync(http, call, model))
                await new ScriptedEmbeddings(http, call, model, Format).WriteAsync(number);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            model.Abandon();
        }
        finally
        {
            model.End();
        }
    }
}
