using System.Net;
using System.Net.Sockets;
using System.Text;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.Limits;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>Without settings of their own: no CORS, no believed headers, and bounds on what a connection may do.</summary>
public sealed class PlainTests(DatabaseKind kind) : ApiTests(kind)
{
    [Test]
    public async Task WithoutAList_NoOriginIsAnswered()
    {
        using var http = new HttpClient { BaseAddress = Api.Address };

        var answer = await http.SendAsync(HttpMethod.Get, "/version", ("Origin", "https://app.example.com"), ("X-Forwarded-Proto", "https"));

        answer.Headers.Keys.Should().NotContain(name => name.StartsWith("Access-Control-", StringComparison.Ordinal));
        answer.Headers.Should().NotContainKey("Strict-Transport-Security");
    }

    [Test]
    public async Task TooManyHeaders_AreRefused()
    {
        var headers = string.Concat(Enumerable.Range(0, 70).Select(i => $"X-{i}: a\r\n"));

        (await SayAsync(Api, $"GET /version HTTP/1.1\r\nHost: a\r\n{headers}\r\n")).Should().StartWith("HTTP/1.1 431");
    }

    [Test]
    public async Task TooLongARequestLine_IsRefused() =>
        (await SayAsync(Api, $"GET /version?{new string('a', 9_000)} HTTP/1.1\r\nHost: a\r\n\r\n")).Should().StartWith("HTTP/1.1 414");

    [Test]
    public async Task HeadersThatDoNotCome_AreNotWaitedFor()
    {
        await using var impatient = await CleanLlmApi.StartAsync(Api.Database.Kind, [new("Http:HeaderSeconds", "1")]);

        (await SayAsync(impatient, "GET /version HTTP/1.1\r\nHost: a\r\nX-Slow")).Should().StartWith("HTTP/1.1 408");
    }

    // The server closes the connection after each of these.
    private static async Task<string> SayAsync(CleanLlmApi api, string request)
    {
        using var deadline = Patience.Deadline();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Address.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(deadline.Token) ?? "";
    }
}
