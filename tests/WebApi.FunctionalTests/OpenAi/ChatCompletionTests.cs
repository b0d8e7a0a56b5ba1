using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>What <c>POST /v1/chat/completions</c> does beyond what any server of OpenAI's API does.</summary>
public sealed class ChatCompletionTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Path = "/v1/chat/completions";
    private const string Resumed = "stall@openai-resumed";
    private const string Left = "stall@openai-left";
    private const string StoodInFor = "status-404@openai-stood-in-for";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. base.Settings, .. Model("Ai:Providers:0", 90, Resumed), .. Model("Ai:Providers:0", 91, Left), .. Model("Ai:Providers:0", 92, StoodInFor), new("Ai:Providers:0:Models:92:Fallbacks:0", "ok")];

    [Test]
    public async Task AnAnswer_IsACompletion_ThatCanBeReadByItsId()
    {
        var answer = (await Caller.PostAsync(Path, Ask("ok"))).ShouldBe(HttpStatusCode.OK);

        var id = answer.Headers["Completion-Id"];
        answer.Text("id").Should().Be($"chatcmpl-{id}");
        answer.Headers.Keys.Should().Contain(["RateLimit", "RateLimit-Policy"]);
        var stored = (await Caller.GetAsync($"/api/v1/completions/{id}")).ShouldBe(HttpStatusCode.OK);
        stored.Json.GetProperty("message").GetProperty("content").GetString()
            .Should().Be(answer.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        (await Books.EntriesAsync(Api.Database, Caller.UserId)).Should().BePositive();
    }

    [Test]
    public async Task WhatIsNotToBeStored_IsChargedButNotKept()
    {
        var answer = (await Caller.PostAsync(Path, Ask("ok", new { store = false }))).ShouldBe(HttpStatusCode.OK);

        var stored = (await Caller.GetAsync($"/api/v1/completions/{answer.Headers["Completion-Id"]}")).ShouldBe(HttpStatusCode.OK);
        stored.Json.GetProperty("message").ValueKind.Should().Be(JsonValueKind.Null);
        stored.Json.GetProperty("usage").GetProperty("completionTokens").GetInt32().Should().BePositive();
    }

    [Test]
    public async Task AStream_IsChunks_ThatEndWithUsageAndDone()
    {
        var lines = await DataAsync(Ask("ok", new { stream = true, stream_options = new { include_usage = true } }));

        lines[^1].Should().Be("[DONE]");
        var chunks = lines.SkipLast(1).Select(ApiCaller.Parse).ToList();
        chunks.Select(chunk => chunk.GetProperty("object").GetString()).Distinct().Should().Equal("chat.completion.chunk");
        chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Should().ContainSingle().Which.Should().StartWith("chatcmpl-");
        chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().Should().Be("assistant");
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().Should().Be("stop");
        chunks[^1].GetProperty("choices").GetArrayLength().Should().Be(0);
        chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().Should().BePositive();
        chunks.SkipLast(1).Should().OnlyContain(chunk => chunk.GetProperty("usage").ValueKind == JsonValueKind.Null);
    }

    [Test]
    public async Task AnotherModelThatAnswers_IsNamedInTheDocument_AndInTheLastChunks()
    {
        var document = (await Caller.PostAsync(Path, Ask(StoodInFor))).ShouldBe(HttpStatusCode.OK);
        var lines = await DataAsync(Ask(StoodInFor, new { stream = true, stream_options = new { include_usage = true } }));

        document.Text("model").Should().Be("ok");
        var models = lines.SkipLast(1).Select(line => ApiCaller.Parse(line).GetProperty("model").GetString()).ToList();
        models.TakeLast(2).Should().AllBe("ok", "they say why it ended and what it used");
        models.SkipLast(2).Should().NotBeEmpty().And.AllBe(StoodInFor);
    }

    [Test]
    public async Task AStreamThatWasLost_IsReadOnByItsIds_WithoutAGap()
    {
        string text, completion, last;
        using (var response = await OpenAsync(Ask(Resumed, new { stream = true })))
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
        {
            completion = response.Headers.GetValues("Completion-Id").Single();
            (text, last) = await ReadSomeAsync(reader, pieces: 3);
        }

        Api.Upstream.Release(Resumed);
        var rest = await Caller.SendAsync(
            HttpMethod.Get, $"/api/v1/completions/{completion}/events", headers: [new("Last-Event-ID", last)]);
        var stored = await Caller.GetAsync($"/api/v1/completions/{completion}");

        var deltas = rest.Body.Split('\n').Where(line => line.StartsWith("data: {\"text\"", StringComparison.Ordinal)).Select(line => ApiCaller.Parse(line[6..]).GetProperty("text").GetString());
        (text + string.Concat(deltas)).Should().Be(stored.Json.GetProperty("message").GetProperty("content").GetString());
    }

    [Test]
    public async Task ACallerWhoLeaves_StopsTheProvider_WhenTheySaidSo()
    {
        using (var response = await OpenAsync(Ask(Left, new { stream = true, on_disconnect = "cancel" })))
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
            await ReadSomeAsync(reader, pieces: 2);

        await Api.Upstream.Model(Left).AbandonedReachAsync(1);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [TestCase("status-503", HttpStatusCode.ServiceUnavailable, "provider.unavailable", "server_error")]
    [TestCase("status-400", HttpStatusCode.BadRequest, "provider.rejected", "invalid_request_error")]
    [TestCase("malformed", HttpStatusCode.BadGateway, "provider.bad_answer", "server_error")]
    public async Task AStreamThatFailsBeforeItsFirstPiece_IsAStatus(string model, HttpStatusCode status, string code, string type)
    {
        var answer = await Caller.PostAsync(Path, Ask(model, new { stream = true }));

        var error = answer.ShouldBe(status).Json.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be(code);
        error.GetProperty("type").GetString().Should().Be(type);
        answer.MediaType.Should().Be("application/json");
    }

    [TestCase("error", "provider.cut_off")]
    [TestCase("cut-off", "provider.cut_off")]
    public async Task AStreamThatFailsLater_EndsWithTheError(string model, string code)
    {
        var lines = await DataAsync(Ask(model, new { stream = true }));

        var error = ApiCaller.Parse(lines[^1]).GetProperty("error");
        error.GetProperty("code").GetString().Should().Be(code);
        error.GetProperty("type").GetString().Should().Be("server_error");
        lines.Count.Should().BeGreaterThan(2);
    }

    [Test]
    public async Task ARepeatedRequest_GetsTheSameAnswer_InEitherForm()
    {
        KeyValuePair<string, string>[] key = [new("Idempotency-Key", Guid.CreateVersion7().ToString())];
        KeyValuePair<string, string>[] other = [new("Idempotency-Key", Guid.CreateVersion7().ToString())];
        var stream = Ask("ok", new { stream = true });

        var first = await Caller.SendAsync(HttpMethod.Post, Path, Ask("ok"), key);
        var second = await Caller.SendAsync(HttpMethod.Post, Path, Ask("ok"), key);
        var changed = await Caller.SendAsync(HttpMethod.Post, Path, Ask("ok", new { seed = 2 }), key);
        var streamed = await Caller.SendAsync(HttpMethod.Post, Path, stream, other);
        var again = await Caller.SendAsync(HttpMethod.Post, Path, stream, other);

        second.ShouldBe(HttpStatusCode.OK).Body.Should().Be(first.Body);
        second.Headers["Idempotency-Replayed"].Should().Be("true");
        changed.ShouldBe(HttpStatusCode.UnprocessableEntity).Json.GetProperty("error").GetProperty("code").GetString().Should().Be("idempotency.key_reused");
        again.Headers["Completion-Id"].Should().Be(streamed.Headers["Completion-Id"]);
        TextOf(again.Body).Should().Be(TextOf(streamed.Body)).And.NotBeEmpty();
    }

    [Test]
    public async Task ARepeatedRequest_WhoseAnswerIsKeptNowhere_IsAnError_InEitherForm()
    {
        // An instance that starts on a file of SQLite closes what runs there.
        await Books.ShouldBalanceAsync(Api.Database);
        await using var later = CleanLlmApi.StartBeside(Api, [new("ConnectionStrings:Redis", "")]);
        using var caller = await Api.SignInAsync();
        using var afterwards = new ApiCaller(later.Address);
        afterwards.Use(await afterwards.PostAsync("/api/v1/auth/login", new { email = caller.Email, password = ApiCaller.Password }));
        foreach (var stream in new[] { true, false })
        {
            var body = Ask("ok", new { stream, store = false });
            KeyValuePair<string, string>[] key = [new("Idempotency-Key", Guid.CreateVersion7().ToString())];
            (await caller.SendAsync(HttpMethod.Post, Path, body, key)).ShouldBe(HttpStatusCode.OK);

            var again = await afterwards.SendAsync(HttpMethod.Post, Path, body, key);

            again.Status.Should().Be(stream ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            again.Body.Should().Contain("\"code\":\"completion.not_kept\"").And.NotContain("[DONE]").And.NotContain("\"finish_reason\":\"stop\"");
        }
    }

    [Test]
    public async Task FieldsThatBuyMoreThanThePlanKnows_AreNotPassedOn_OthersAre()
    {
        var seen = Plain.ChatBodies.Count;

        (await Caller.PostAsync(Path, Ask(OpenAiServer.ChatModel, new { models = new[] { "acme/dear" }, service_tier = "priority", repetition_penalty = 1.5, store = true, metadata = new { a = "b" } })))
            .ShouldBe(HttpStatusCode.OK);

        var sent = ApiCaller.Parse(Plain.ChatBodies.Skip(seen).First(body => body.Contains("repetition_penalty", StringComparison.Ordinal)));
        sent.GetProperty("repetition_penalty").GetDouble().Should().Be(1.5);
        sent.EnumerateObject().Select(field => field.Name).Should().NotContain(["models", "service_tier", "store", "metadata"]);
    }

    [Test]
    public async Task ToolCalls_AreKeptWithTheCompletion()
    {
        var tool = new { type = "function", function = new { name = "look_up", parameters = new { type = "object" } } };

        var answer = (await Caller.PostAsync(Path, Ask(OpenAiServer.ChatModel, new { tools = new[] { tool } }))).ShouldBe(HttpStatusCode.OK);

        var stored = await Caller.GetAsync($"/api/v1/completions/{answer.Headers["Completion-Id"]}");
        stored.Text("finishReason").Should().Be("toolCalls");
        var call = stored.Json.GetProperty("toolCalls").EnumerateArray().Single();
        call.GetProperty("name").GetString().Should().Be("look_up");
        call.GetProperty("arguments").GetString().Should().Be("{\"city\": \"Paris\"}");
    }

    private static Dictionary<string, object?> Ask(string model, object? more = null)
    {
        var body = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["model"] = model,
            ["messages"] = new[] { new { role = "user", content = "How do you do?" } },
        };
        foreach (var field in JsonSerializer.SerializeToElement(more ?? new { }).EnumerateObject())
            body[field.Name] = field.Value;
        return body;
    }

    private async Task<IReadOnlyList<string>> DataAsync(object body)
    {
        var answer = (await Caller.PostAsync(Path, body)).ShouldBe(HttpStatusCode.OK);
        answer.MediaType.Should().Be("text/event-stream");
        return [.. answer.Body.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];
    }

    private Task<HttpResponseMessage> OpenAsync(object body) => Caller.OpenAsync(Path, body);

    private static async Task<(string Text, string LastId)> ReadSomeAsync(StreamReader reader, int pieces)
    {
        var (text, id, seen) = ("", "", 0);
        while (seen < pieces && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            text += ApiCaller.Parse(line[6..]).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString();
            seen++;
        }

        return (text, id);
    }

    private static string TextOf(string stream) => string.Concat(
        from line in stream.Split('\n')
        where line.StartsWith("data: {", StringComparison.Ordinal)
        let delta = ApiCaller.Parse(line[6..]).GetProperty("choices")[0].GetProperty("delta")
        where delta.TryGetProperty("content", out _)
        select delta.GetProperty("content").GetString());
}
