using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>How bodies may be packed, spelt and left out, on <c>/api</c> and on <c>/v1</c> alike. It counts what the process allocates, so it runs alone.</summary>
[NonParallelizable]
public sealed class RequestBodyTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const string Chat = "/v1/chat/completions";
    private const string Json = "application/json";
    private const string NeedsBody = "The request needs a JSON body.";

    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        [Completions] = """{"prompt":"Hello","model":"ok"}""",
        [Chat] = """{"model":"ok","messages":[{"role":"user","content":"Hello"}]}""",
    };

    private static readonly Dictionary<string, int> Limits = new(StringComparer.Ordinal) { [Completions] = 512 * 1_024, [Chat] = 8 * 1_024 * 1_024 };

    private ApiCaller caller = null!;
    private HttpClient http = null!;

    [OneTimeSetUp]
    public async Task SignInAsync()
    {
        caller = await Api.SignInAsync();
        http = new HttpClient { BaseAddress = Api.Address };
        http.DefaultRequestHeaders.Authorization = caller.Credential;
    }

    [OneTimeTearDown]
    public void SignOut()
    {
        caller?.Dispose();
        http?.Dispose();
    }

    [Test]
    public async Task APackedBody_IsReadLikeAPlainOne(
        [Values(Completions, Chat)] string path, [Values("gzip", "GZIP", "x-gzip", "identity, gzip", "gzip,identity")] string coding, [Values] bool chunked) =>
        (await PostAsync(path, Pack(Bodies[path]), coding, chunked: chunked)).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task ABodyThatIsNotPacked_MaySaySo([Values(Completions, Chat)] string path, [Values("identity", "IDENTITY", "identity, identity")] string coding) =>
        (await PostAsync(path, Plain(Bodies[path]), coding)).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task AnotherCoding_Answers415_AndNamesTheOneThatIsTaken(
        [Values(Completions, Chat)] string path, [Values("br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, br", "unheard-of", "*")] string coding)
    {
        var answer = await PostAsync(path, Pack(Bodies[path]), coding);

        ShouldBeProblem(answer, path, 415, "request.unsupported_media_type").Headers["Accept-Encoding"].Should().Be("gzip");
        answer.Body.Should().Contain("Content-Encoding");
    }

    [TestCase(Completions)]
    [TestCase(Chat)]
    public async Task AnotherMediaType_Answers415_WithoutACoding(string path) =>
        ShouldBeProblem(await PostAsync(path, Plain(Bodies[path]), coding: null, "text/plain"), path, 415, "request.unsupported_media_type")
            .Headers.Should().NotContainKey("Accept-Encoding");

    [TestCase(Completions)]
    [TestCase(Chat)]
    public async Task WhatComesOutOfAPackedBody_HasTheLimitOfABody(string path)
    {
        var fits = Bodies[path].PadRight(Limits[path]);

        (await PostAsync(path, Pack(fits), "gzip")).ShouldBe(HttpStatusCode.OK);
        ShouldBeProblem(await PostAsync(path, Pack(fits + ' '), "gzip"), path, 413, "request.too_large");
        ShouldBeProblem(await PostAsync(path, Pack("{\"prompt\":\"" + new string('x', Limits[path])), "gzip"), path, 413, "request.too_large");
    }

    // A gigabyte in a megabyte, which would fill the memory and cost seconds if it were unpacked.
    [TestCase(Completions, 100)]
    [TestCase(Chat, 1_000)]
    public async Task ABomb_IsUnpackedUpToTheLimitOnly(string path, int megabytes)
    {
        var bomb = PackSpaces(megabytes);
        await PostAsync(path, bomb, "gzip");
        var least = await Allocations.LeastAsync(
            async () => ShouldBeProblem(await PostAsync(path, bomb, "gzip"), path, 413, "request.too_large"), bound: 8L * Limits[path]);

        await TestContext.Out.WriteLineAsync(FormattableString.Invariant($"{megabytes} MB in {bomb.Length} bytes: {least / 1_024} KiB allocated"));
        least.Should().BeLessThan(8L * Limits[path], "what is read ends at the limit");
    }

    [Test]
    public async Task ABodyThatIsNoWholeGzip_Answers400([Values(Completions, Chat)] string path)
    {
        var whole = Pack(Bodies[path]);
        var flipped = whole.ToArray();
        flipped[^6] ^= 1;
        byte[][] broken =
        [
            Plain(Bodies[path]), Plain("{}"), [0x1F], [0x1F, 0x8B, 8], [.. whole, 1, 2, 3], flipped, whole[..^1], whole[..^4], whole[..^8], whole[..^9], whole[..12], [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0],
        ];

        foreach (var body in broken)
        {
            foreach (var chunked in new[] { false, true })
                ShouldBeProblem(await PostAsync(path, body, "gzip", chunked: chunked), path, 400, "request.malformed").Body.Should().Contain("gzip");
        }
    }

    [Test]
    public async Task AnyNameOfUtf8_IsTaken(
        [Values(Completions, Chat)] string path, [Values("utf-8", "UTF-8", "\"utf-8\"", "\"UTF-8\"", "utf8", "Utf8", "\"\"")] string charset) =>
        (await PostAsync(path, Plain(Bodies[path]), coding: null, $"{Json}; charset={charset}")).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task AnotherCharset_Answers415(
        [Values(Completions, Chat)] string path, [Values("iso-8859-1", "latin1", "us-ascii", "utf-16", "utf-7", "UTF-32", "windows-1252", "klingon", "\"utf-16\"", "'utf-8'")] string charset)
    {
        var answer = await PostAsync(path, Plain(Bodies[path]), coding: null, $"{Json}; charset={charset}");

        ShouldBeProblem(answer, path, 415, "request.unsupported_media_type").Body.Should().Contain("UTF-8");
        answer.Headers.Should().NotContainKey("Accept-Encoding");
    }

    // Latin 1, an overlong form, half of a surrogate pair, a character that breaks off, beyond Unicode.
    [Test]
    public async Task WhatIsNoUtf8_Answers400([Values(Completions, Chat)] string path, [Values("E4", "C0AF", "EDA080", "E282", "F4908080", "80")] string bytes, [Values] bool packed)
    {
        foreach (var place in new[] { "Hello", "\"model\"", "\"ok\"" })
        {
            var (before, after) = (Bodies[path].Split(place)[0] + place.TrimEnd('"'), (place[^1] == '"' ? "\"" : "") + Bodies[path].Split(place, 2)[1]);
            byte[] body = [.. Plain(before), .. Convert.FromHexString(bytes), .. Plain(after)];

            ShouldBeProblem(await PostAsync(path, packed ? Pack(body) : body, packed ? "gzip" : null), path, 400, "request.malformed");
        }
    }

    [TestCase(Completions)]
    [TestCase(Chat)]
    public async Task AByteOrderMark_IsNoPartOfTheBody(string path) =>
        (await PostAsync(path, [0xEF, 0xBB, 0xBF, .. Plain(Bodies[path])], coding: null)).ShouldBe(HttpStatusCode.OK);

    [TestCase("/api/v1/admin/users?q=%FF")]
    [TestCase("/api/v1/chats?cursor=%C0%AF")]
    [TestCase("/api/v1/chats?limit=20&x=%ED%A0%80")]
    [TestCase("/api/v1/users/me/usage?by=%e4")]
    [TestCase("/api/v1/users/me/external-logins/%FF")]
    [TestCase("/v1/models/%FF")]
    [TestCase("/v1/models?x=%80")]
    [TestCase("/swagger/%FF")]
    [TestCase("/nothing/%E2%82")]
    public async Task AnAddressThatIsNoUtf8_Answers400(string target)
    {
        var answer = await RawAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 400").And.Contain("request.malformed");
    }

    [Test]
    public async Task AnAddressInUtf8_IsRead()
    {
        (await caller.GetAsync("/v1/models/%E2%82%AC%F0%9F%98%80")).ShouldBe(HttpStatusCode.NotFound).Body.Should().Contain("model_not_found");
        (await caller.GetAsync("/api/v1/chats?limit=20&x=100%")).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("Audit-Reason")]
    [TestCase("Authorization")]
    [TestCase("x-api-key")]
    public async Task AHeaderThatIsNoUtf8_Answers400(string name) =>
        (await RawAsync($"GET /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\n{name}: a\u00ffb\r\nConnection: close\r\n\r\n")).Should().StartWith("HTTP/1.1 400");

    [Test]
    public async Task ABodyThatIsNeeded_AndIsNotThere_Answers400([Values(Completions, Chat, "/v1/embeddings", "/api/v1/auth/login")] string path)
    {
        foreach (var type in new[] { null, Json, "application/x-www-form-urlencoded" })
            ShouldBeProblem(await PostAsync(path, [], coding: null, type), path, 400, "request.malformed").Body.Should().Contain(NeedsBody);
        ShouldBeProblem(await PostAsync(path, [], coding: null, Json, chunked: true), path, 400, "request.malformed").Body.Should().Contain(NeedsBody);
        ShouldBeProblem(await PostAsync(path, Pack(""), "gzip", Json), path, 400, "request.malformed").Body.Should().Contain(NeedsBody);
    }

    [Test]
    public async Task ABodyOfWhichEverythingIsOptional_MayBeLeftOut()
    {
        var key = (await caller.PostAsync("/api/v1/api-keys", new { name = "CI" })).Text("id");
        var chat = $"/api/v1/chats/{await caller.OpenChatAsync()}/messages";
        var answer = (await caller.PostAsync(chat, new { content = "Hello", model = "ok" })).Json.GetProperty("message").GetProperty("id").GetString();

        foreach (var (path, status) in new[] { ("/api/v1/chats", 201), ($"/api/v1/api-keys/{key}/rotate", 200), ($"{chat}/{answer}/regenerate", 200) })
        {
            foreach (var (body, coding, type, chunked) in new[]
            {
                ("", null, null, false), ("", null, Json, false), ("", null, "application/x-www-form-urlencoded", false), ("", null, Json, true), ("", "gzip", Json, false),
                ("{}", null, Json, false), ("{}", null, Json, true), ("{}", "gzip", Json, false),
            })
            {
                var said = await PostAsync(path, coding is null ? Plain(body) : Pack(body), coding, type, chunked);
                ((int)said.Status).Should().Be(status, "{0} with '{1}' {2} {3} {4}: {5}", path, body, coding, type, chunked, said.Body);
            }

            ((int)(await PostAsync(path, Plain("{}"), coding: null, "text/plain")).Status).Should().Be(415);
            ((int)(await PostAsync(path, Plain("{\"unknown\":1}"), coding: null)).Status).Should().Be(400);
        }
    }

    [TestCase(null)]
    [TestCase(Json)]
    [TestCase("application/x-www-form-urlencoded")]
    public async Task SigningOut_NeedsNoBody(string? type)
    {
        using var other = await Api.SignInAsync();

        (await PostAsync("/api/v1/auth/logout", [], coding: null, type, credential: other.Credential)).ShouldBe(HttpStatusCode.NoContent);

        (await other.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task AChangeThatSaysNothing_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/users/me");
        using var response = await http.SendAsync(request);

        (await ApiAnswer.ReadAsync(response)).ShouldBeProblem(400, "request.malformed");
    }

    [TestCase("text/plain", null)]
    [TestCase("application/json; charset=klingon", null)]
    [TestCase(Json, "br")]
    [TestCase(Json, "gzip")]
    public async Task ABodyWhereNoneIsTaken_IsIgnored(string type, string? coding)
    {
        var id = (await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" })).Text("id");

        (await PostAsync($"{Completions}/{id}/cancel", Plain("\u00ff no JSON"), coding, type)).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync("/api/v1/users/me/two-factor", Plain("no JSON"), coding, type)).ShouldBe(HttpStatusCode.OK);
    }

    private static ApiAnswer ShouldBeProblem(ApiAnswer answer, string path, int status, string code)
    {
        if (path.StartsWith("/api", StringComparison.Ordinal))
            return answer.ShouldBeProblem(status, code);
        ((int)answer.Status).Should().Be(status, "the body is {0}", answer.Body);
        answer.Json.GetProperty("error").GetProperty("code").GetString().Should().Be(code);
        return answer;
    }

    private static byte[] Plain(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Pack(string text) => Pack(Plain(text));

    private static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return packed.ToArray();
    }

    private static byte[] PackSpaces(int megabytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < megabytes; i++)
                gzip.Write(Plain(new string(' ', 1_024 * 1_024)));
        }

        return packed.ToArray();
    }

    private async Task<ApiAnswer> PostAsync(
        string path, byte[] body, string? coding, string? type = Json, bool chunked = false, AuthenticationHeaderValue? credential = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = credential ?? caller.Credential;
        if (coding is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        if (type is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (chunked)
            request.Headers.TransferEncodingChunked = true;
        using var response = await http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    // As bytes, because a client would not send them.
    private async Task<string> RawAsync(string request)
    {
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, Api.Address.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
