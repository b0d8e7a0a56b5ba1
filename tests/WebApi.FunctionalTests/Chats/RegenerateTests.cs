using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

public sealed class RegenerateTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    [Test]
    public async Task Regenerate_AnswersTheQuestionOnceMore_WithTheBranchAboveIt()
    {
        using var caller = await Api.SignInAsync();
        var chat = await caller.PostAsync(Chats, new { model = "bytes", systemPrompt = "Be brief." });
        var messages = $"{Chats}/{chat.Text("id")}/messages";
        await AskAsync(caller, messages, "One");
        var second = await AskAsync(caller, messages, "Two");
        await AskAsync(caller, messages, "Three");

        var again = await caller.PostAsync($"{messages}/{second}/regenerate", new { model = "bytes" });

        var message = again.ShouldBe(HttpStatusCode.OK).Json.GetProperty("message");
        var sent = Api.Upstream.Model("bytes").Calls[^1].Messages;
        sent.Select(turn => turn.Role).Should().Equal("system", "user", "assistant", "user");
        (sent[1].Content, sent[^1].Content).Should().Be(("One", "Two"));

        var branch = await caller.GetAsync(messages);
        branch.Ids.Should().HaveCount(4).And.NotContain(second);
        branch.Ids[0].Should().Be(message.GetProperty("id").GetString());
        branch.Json.GetProperty("items")[1].GetProperty("content").GetString().Should().Be("Two");
        message.GetProperty("parentId").GetString().Should().Be(branch.Ids[1]);
        (await caller.GetAsync($"{Chats}/{chat.Text("id")}")).Text("messageCount").Should().Be("7");
        (await caller.GetAsync($"/api/v1/completions/{again.Text("id")}")).Json.GetProperty("message").GetProperty("content").GetString()
            .Should().Be(message.GetProperty("content").GetString());
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task Regenerate_OfTheFirstQuestionByItsId_IsStreamed()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        await AskAsync(caller, messages, "One");
        var question = (await caller.GetAsync(messages)).Ids[1];

        await using var stream = await caller.StreamAsync($"{messages}/{question}/regenerate", new { model = "ok" });
        var finished = (await stream.ToEndAsync())[^1];

        finished.Type.Should().Be("completion.finished");
        finished.Data.GetProperty("message").GetProperty("parentId").GetString().Should().Be(question);
        (await caller.GetAsync(messages)).Ids.Should().Equal(finished.Data.GetProperty("message").GetProperty("id").GetString(), question);
    }

    [Test]
    public async Task Regenerate_ManyTimes_KeepsEveryAnswer_AndOneIsWrittenAtATime()
    {
        using var caller = await Api.SignInAsync();
        var id = await caller.OpenChatAsync();
        var messages = $"{Chats}/{id}/messages";
        var answer = await AskAsync(caller, messages, "One");
        await using (var first = await caller.StreamAsync($"{messages}/{answer}/regenerate", new { model = "stall@third" }))
        {
            var running = (await first.UntilAsync("completion.started")).Data.GetProperty("id").GetString();
            var at = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => caller.PostAsync($"{messages}/{answer}/regenerate", new { model = "ok" })));
            at.Should().OnlyContain(one => one.ShouldBeProblem(409, "chat.busy").Text("completionId") == running);
            Api.Upstream.Release("stall@third");
            await first.UntilAsync("completion.finished");
        }

        for (var i = 0; i < 3; i++)
            (await caller.PostAsync($"{messages}/{answer}/regenerate", new { model = "ok" })).ShouldBe(HttpStatusCode.OK);

        (await caller.GetAsync($"{Chats}/{id}")).Text("messageCount").Should().Be("6");
        var branch = await caller.GetAsync(messages);
        branch.Ids.Should().HaveCount(2);
        branch.Json.GetProperty("items")[0].GetProperty("siblingIds").GetArrayLength().Should().Be(5);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task Regenerate_WhenTheChatIsDeletedMeanwhile_IsAnsweredAndCharged()
    {
        using var caller = await Api.SignInAsync();
        var chat = $"{Chats}/{await caller.OpenChatAsync()}";
        var answer = await AskAsync(caller, $"{chat}/messages", "One");
        await using var stream = await caller.StreamAsync($"{chat}/messages/{answer}/regenerate", new { model = "stall@second" });
        await stream.UntilAsync("completion.delta");

        (await caller.DeleteAsync(chat)).ShouldBe(HttpStatusCode.NoContent);
        Api.Upstream.Release("stall@second");

        (await stream.UntilAsync("completion.finished")).Data.GetProperty("usage").GetProperty("completionTokens").GetInt32().Should().BePositive();
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task Regenerate_OfWhatIsNotTheCallers_FindsNothing()
    {
        using var owner = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var messages = $"{Chats}/{await owner.OpenChatAsync()}/messages";
        var answer = await AskAsync(owner, messages, "One");
        var elsewhere = $"{Chats}/{await owner.OpenChatAsync()}/messages";

        (await stranger.PostAsync($"{messages}/{answer}/regenerate", new { model = "ok" })).ShouldBeProblem(404, "chat.not_found");
        (await owner.PostAsync($"{elsewhere}/{answer}/regenerate", new { model = "ok" })).ShouldBeProblem(404, "message.not_found");
        (await owner.PostAsync($"{messages}/{answer}/regenerate", new { temperature = 3 })).ShouldBeProblem(422, "validation.failed");
    }

    private static async Task<string> AskAsync(ApiCaller caller, string messages, string content) =>
        (await caller.PostAsync(messages, new { content, model = "bytes" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("message").GetProperty("id").GetString()!;
}
