using System.Net.Sockets;
using System.Text;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>Refusals of bodies that are larger than what connections hold: a client that sends first and reads then gets to see them.</summary>
public sealed class BodyLimitTests(DatabaseKind kind) : ApiTests(kind)
{
    // More than /v1 takes, and more than fits in the buffers of a connection.
    private const int Length = 12 * 1024 * 1024;

    [TestCase("/v1/chat/completions", true, 413)]
    [TestCase("/v1/chat/completions", false, 413)]
    [TestCase("/api/v1/completions", true, 413)]
    [TestCase("/api/v1/completions", false, 413)]
    [TestCase("/api/v1/nothing-here", true, 404)]
    [TestCase("/api/v1/nothing-here", false, 404)]
    public async Task ARefusal_ReachesAClientThatSendsFirst(string path, bool chunked, int status)
    {
        using var caller = await Api.SignInAsync();

        (await PostAsync(path, caller.Credential!.ToString(), chunked)).Should().StartWith($"HTTP/1.1 {status} ");
    }

    [Test]
    public async Task ARefusalOfTheCaller_ReachesThemToo([Values] bool chunked) =>
        (await PostAsync("/v1/chat/completions", "Bearer none", chunked)).Should().StartWith("HTTP/1.1 401 ");

    [Test]
    public async Task AClientThatWaitsForLeaveToSend_IsRefusedAtOnce()
    {
        using var caller = await Api.SignInAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        using var connection = new TcpClient();
        await connection.ConnectAsync(Api.Address.Host, Api.Address.Port, limit.Token);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/chat/completions HTTP/1.1\r\nHost: {Api.Address.Authority}\r\nAuthorization: {caller.Credential}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {Length}\r\nExpect: 100-continue\r\n\r\n"),
            limit.Token);

        using var reader = new StreamReader(stream, Encoding.ASCII);
        (await reader.ReadLineAsync(limit.Token)).Should().StartWith("HTTP/1.1 413 ", "leave is not given before it");
    }

    // Line by line as a client without a library would: HttpClient looks for an answer while it sends.
    private async Task<string> PostAsync(string path, string credential, bool chunked)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        using var connection = new TcpClient();
        await connection.ConnectAsync(Api.Address.Host, Api.Address.Port, limit.Token);
        await using var stream = connection.GetStream();
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Length}";
        await WriteAsync($"POST {path} HTTP/1.1\r\nHost: {Api.Address.Authority}\r\nAuthorization: {credential}\r\nContent-Type: application/json\r\n{framing}\r\n\r\n");
        if (chunked)
            await WriteAsync($"{Length:x}\r\n");
        await WriteAsync(new string(' ', Length));
        if (chunked)
            await WriteAsync("\r\n0\r\n\r\n");

        using var reader = new StreamReader(stream, Encoding.ASCII);
        return (await reader.ReadLineAsync(limit.Token))!;

        Task WriteAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), limit.Token).AsTask();
    }
}
