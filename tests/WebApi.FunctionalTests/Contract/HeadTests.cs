using System.Net;
using System.Text;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Access;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>HEAD answers wherever GET does, with its headers and nothing after them (RFC 9110, 9.3.2).</summary>
public sealed class HeadTests(DatabaseKind kind) : ApiTests(kind)
{
    // What no two answers have in common.
    private static readonly string[] OfTheMoment = ["Date", "Content-Length", "Transfer-Encoding", "Set-Cookie"];

    private AccessStage stage = null!;

    [OneTimeSetUp]
    public async Task SetStageAsync()
    {
        stage = new AccessStage(Api);
        await stage.SetAsync();
    }

    [OneTimeTearDown]
    public void ClearStage() => stage?.Dispose();

    [Test]
    public async Task EveryRoute_AnswersEveryCallerLikeGet()
    {
        var (calls, wrong) = (0, new List<string>());
        foreach (var (route, row) in AccessMatrix.Rows.Where(row => row.Key.StartsWith("GET ", StringComparison.Ordinal)))
        {
            foreach (var who in row.Callers)
            {
                var caller = await stage.CallerAsync(who, row.Scope, row.PartScope);
                var path = await row.Path(stage);
                var get = await caller.SendAsync(HttpMethod.Get, path, headers: row.Headers);
                var head = await caller.SendAsync(HttpMethod.Head, path, headers: row.Headers);
                calls++;
                if (head.Body.Length > 0 || (int)head.Status != row.Expected(who) || !HeadersOf(head).SequenceEqual(HeadersOf(get)))
                    wrong.Add($"{route} as {who}: {head.Status} {string.Join("; ", HeadersOf(head).Except(HeadersOf(get)).Concat(HeadersOf(get).Except(HeadersOf(head))))}");
                if (head.Headers.TryGetValue("Content-Length", out var length) && length != get.Headers.GetValueOrDefault("Content-Length", length))
                    wrong.Add($"{route} as {who}: {length} bytes");
            }
        }

        await TestContext.Out.WriteLineAsync($"{calls} calls, {wrong.Count} answered otherwise than GET");
        wrong.Should().BeEmpty();
    }

    [TestCase("/swagger/v1/swagger.json", "application/json")]
    [TestCase("/swagger/index.html", "text/html")]
    public async Task TheDocument_HasAHeadToo(string path, string mediaType)
    {
        var head = (await Api.Anonymous.SendAsync(HttpMethod.Head, path)).ShouldBe(HttpStatusCode.OK);

        head.MediaType.Should().Be(mediaType);
        head.Body.Should().BeEmpty();
    }

    [Test]
    public async Task AnEventStream_EndsWithItsHeaders_AndLeavesTheCompletionAlone()
    {
        using var caller = await Api.SignInAsync();
        await using var stream = await caller.StreamAsync("/api/v1/completions", new { prompt = "Hello", model = "stall" });
        var id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString();
        await stream.UntilAsync("completion.delta");

        // The model says nothing more, so nothing would come after the last event that is there.
        foreach (var after in new[] { "0", "2" })
        {
            var head = await caller.SendAsync(HttpMethod.Head, $"/api/v1/completions/{id}/events", headers: [new("Last-Event-ID", after)]);

            head.ShouldBe(HttpStatusCode.OK).MediaType.Should().Be("text/event-stream");
            head.Headers["Cache-Control"].Should().Contain("no-cache");
        }

        (await caller.GetAsync($"/api/v1/completions/{id}")).Text("status").Should().Be("running");
        (await caller.PostAsync($"/api/v1/completions/{id}/cancel", new { })).ShouldBe(HttpStatusCode.Accepted);
    }

    [Test]
    public async Task WhereThereIsNoGet_ThereIsNoHead()
    {
        var head = await Api.Anonymous.SendAsync(HttpMethod.Head, "/api/v1/auth/login");

        head.ShouldBe(HttpStatusCode.MethodNotAllowed).Headers["Allow"].Should().Be("POST");
        (await stage.Owner.SendAsync(HttpMethod.Put, "/api/v1/chats")).Headers["Allow"].Split(", ").Should().BeEquivalentTo("GET", "HEAD", "POST");
        (await Api.Anonymous.SendAsync(HttpMethod.Head, "/api/v1/nothing")).ShouldBe(HttpStatusCode.NotFound);
    }

    [TestCase("/version")]
    [TestCase("/api/v1/users/me")]
    [TestCase("/v1/models")]
    [TestCase("/swagger/v1/swagger.json")]
    public async Task NothingFollowsTheHeaders(string path)
    {
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);

        (await reader.ReadToEndAsync()).Should().StartWith("HTTP/1.1 ").And.EndWith("\r\n\r\n").And.NotContain("{");
    }

    private static IEnumerable<string> HeadersOf(ApiAnswer answer) => answer.Headers
        .Where(header => !OfTheMoment.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
        .Select(header => $"{header.Key}: {header.Value}")
        .Order(StringComparer.OrdinalIgnoreCase);
}
