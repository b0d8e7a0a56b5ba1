using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>A client that opens a stream and never reads: it costs the run nothing, other readers nothing, and is dropped in the end.</summary>
public sealed partial class SlowReaderTests(DatabaseKind kind) : TwoInstances(kind)
{
    private const int Pieces = 600;
    private const int PieceSize = 10_000;

    // More than the buffers of both ends of a connection hold.
    private static readonly string Long = $"paced-{Pieces}-0-{PieceSize}";
    private static readonly string Longer = $"paced-{10 * Pieces}-2-{PieceSize}";

    protected override IReadOnlyList<string> Models => [Long, Longer];

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        // A caller that reads must not be dropped, however slow the machine.
        new("Http:SlowReaderSeconds", "300"),
        new("Completions:MaxOutputBytes", "100000000"),
        new("Ai:Providers:3:MaxAnswerBytes", "100000000"),
        // Neither is to end by its bound of tokens.
        .. Models.SelectMany((_, i) => Bounds(i)),
    ];

    [Test]
    public async Task ARunWhoseCallerDoesNotRead_EndsAllTheSame_AndOthersSeeAllOfIt()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        using var silent = await OpenAsync(Api, here, new { prompt = "Hello", model = Long });
        var id = await IdAsync(silent);

        await using var first = await here.FollowAsync(id);
        await using var second = await there.FollowAsync(id);
        var read = await Task.WhenAll(first.ToEndAsync(), second.ToEndAsync());

        foreach (var events in read)
        {
            events[^1].Type.Should().Be("completion.finished");
            events.Select(e => e.Id!.Value).Should().Equal(Enumerable.Range(1, events.Count).Select(i => (long)i));
            string.Concat(events.Where(e => e.Type == "completion.delta").Select(e => e.Data.GetProperty("text").GetString()))
                .Should().Be(string.Concat(UpstreamAnswers.Paced(Pieces, PieceSize)));
        }

        var stored = (await here.GetAsync($"{Completions}/{id}")).ShouldBe(HttpStatusCode.OK);
        stored.Text("status").Should().Be("succeeded");
        stored.Json.GetProperty("message").GetProperty("content").GetString()!.Length.Should().Be(Pieces * PieceSize);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task ACallerWhoDoesNotRead_IsDropped_AndWhatWasToEndWithThemEnds()
    {
        await using var api = await CleanLlmApi.StartAsync(Api.Database.Kind, [.. Settings, new("Http:SlowReaderSeconds", "1")]);
        using var caller = await api.SignInAsync();
        var since = TimeProvider.System.GetTimestamp();
        using var silent = await OpenAsync(api, caller, new { prompt = "Hello", model = Longer, onDisconnect = "cancel" });
        var id = await IdAsync(silent);

        await api.Upstream.Model(Longer).AbandonedReachAsync(1);

        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"dropped after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s, when {api.Upstream.Model(Longer).CompletionTokens * PieceSize / 1024.0 / 1024:F1} MiB had been written"));
        await Eventually.HoldsAsync("it is cancelled", async () => (await caller.GetAsync($"{Completions}/{id}")).Text("status") == "cancelled");
        (await RestAsync(silent)).Should().NotContain("completion.cancelled").And.NotContain("completion.finished");
        await Books.ShouldBalanceAsync(api.Database);
    }

    private static IEnumerable<KeyValuePair<string, string>> Bounds(int model) =>
    [
        new($"Ai:Providers:3:Models:{model}:MaxOutputTokens", "4000000"),
        new($"Ai:Providers:3:Models:{model}:ContextWindow", "5000000"),
    ];

    private static async Task<Socket> OpenAsync(CleanLlmApi api, ApiCaller caller, object body)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        var json = JsonSerializer.Serialize(body);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {Completions} HTTP/1.1\r\nHost: {api.Address.Authority}\r\nAuthorization: {caller.Credential}\r\nAccept: text/event-stream\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));
        return socket;
    }

    /// <summary>Reads the head, in which the completion is named, and no more.</summary>
    private static async Task<string> IdAsync(Socket socket)
    {
        var head = new StringBuilder();
        var piece = new byte[64];
        while (CompletionId().Match(head.ToString()) is var found)
        {
            if (found.Success)
                return found.Groups["id"].Value;
            var read = await socket.ReceiveAsync(piece);
            read.Should().BePositive("the answer is {0}", head);
            head.Append(Encoding.ASCII.GetString(piece, 0, read));
        }

        return "";
    }

    /// <summary>What was under way when the connection ended.</summary>
    private static async Task<string> RestAsync(Socket socket)
    {
        var rest = new StringBuilder();
        var piece = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(piece) is > 0 and var read)
                rest.Append(Encoding.ASCII.GetString(piece, 0, read));
        }
        catch (SocketException)
        {
            // Reset.
        }

        return rest.ToString();
    }

    [GeneratedRegex("Completion-Id: (?<id>[0-9a-f-]{36})\r\n", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex CompletionId();
}
