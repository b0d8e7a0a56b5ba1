using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.Limits;

namespace CleanLlm.WebApi.FunctionalTests.Secrecy;

/// <summary>Nothing that users or models write is in the files of the database, in its write-ahead log or in Redis (promise 19).</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class DumpTests(DatabaseKind kind)
{
    private const string Completions = "/api/v1/completions";

    // In each answer of the scripted models.
    private const string Answer = "so here are twelve";

    [Test]
    public async Task ADumpOfEverything_HoldsNoText()
    {
        await using var database = await TestDatabases.CreateAsync(kind);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["Completions:CheckpointSeconds"] = "1";
        await using var program = ProgramInstance.Start(settings);
        // One word in all that the user writes.
        var canary = $"canary{Guid.CreateVersion7():n}";
        using var caller = new ApiCaller(program.Address);
        await caller.RegisterAsync();

        await WriteAsync(caller, canary);
        await using var running = await caller.StreamAsync(Completions, new { prompt = $"{canary} running", model = "stall" });
        await running.UntilAsync("completion.delta");
        await Eventually.HoldsAsync("a checkpoint is stored", async () => await database.ScalarAsync("SELECT count(*) FROM completions WHERE length(answer) > 60 AND status = 2") == 1);

        (await StoredBytes.FilesWithAsync(database, caller.Email)).Should().NotBeEmpty("or this finds nothing that is there");
        (await StoredBytes.FilesWithAsync(database, canary)).Should().BeEmpty();
        (await StoredBytes.FilesWithAsync(database, Answer)).Should().BeEmpty();
        if (settings.TryGetValue("ConnectionStrings:Redis", out var redis))
            (await StoredBytes.OfRedisAsync(redis)).Should().Contain("cleanllm").And.NotContain(canary).And.NotContain(Answer);
        upstream.Release();
        await running.ToEndAsync();
    }

    private static async Task WriteAsync(ApiCaller caller, string canary)
    {
        var chat = (await caller.PostAsync("/api/v1/chats", new { title = $"{canary} title", systemPrompt = $"{canary} instructions" })).ShouldBe(HttpStatusCode.Created).Text("id");
        var messages = $"/api/v1/chats/{chat}/messages";
        var answer = await caller.PostAsync(messages, new { content = $"{canary} question", model = "ok" });
        answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("message").GetProperty("content").GetString().Should().Contain(Answer);
        var message = answer.Json.GetProperty("message").GetProperty("id").GetString();
        (await caller.SendAsync(HttpMethod.Put, $"{messages}/{message}/feedback", new { rating = "down", comment = $"{canary} comment" })).ShouldBe(HttpStatusCode.NoContent);

        // Kept for the next equal question, and for a repetition of the same request.
        (await caller.PostAsync(Completions, new { prompt = $"{canary} cached", model = "ok", temperature = 0 })).ShouldBe(HttpStatusCode.OK);
        (await caller.SendAsync(HttpMethod.Post, Completions, new { prompt = $"{canary} repeatable", model = "ok" }, [new("Idempotency-Key", $"{canary} key")])).ShouldBe(HttpStatusCode.OK);
        (await caller.PostAsync(Completions, new { prompt = $"{canary} failing", model = "malformed" })).ShouldBe(HttpStatusCode.BadGateway);
        await using (var stream = await caller.StreamAsync(Completions, new { prompt = $"{canary} streamed", model = "ok" }))
            await stream.ToEndAsync();
        object[] parameters = [new { name = "topic", description = $"{canary} description", required = false, @default = $"{canary} default" }];
        var template = (await caller.PostAsync("/api/v1/templates", new { name = "letters", text = $"{canary} write about {{{{topic}}}}", parameters })).ShouldBe(HttpStatusCode.Created).Text("id");
        (await caller.PostAsync(messages, new { templateId = template, parameters = new { topic = $"{canary} value" }, model = "ok" })).ShouldBe(HttpStatusCode.OK);
        object[] tools = [new { type = "function", function = new { name = "look_up", description = $"{canary} tool", parameters = new { type = "object" } } }];
        object[] asked = [new { role = "system", content = $"{canary} system" }, new { role = "user", content = $"{canary} with tools" }];
        (await caller.PostAsync("/v1/chat/completions", new { model = "ok", messages = asked, tools })).ShouldBe(HttpStatusCode.OK);
    }
}
