using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

/// <summary>What a front end does with the branches of a chat: ask again, list versions, switch, and open a chat that is being answered.</summary>
public sealed class BranchTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    [Test]
    public async Task Edit_AsksAnew_BesideTheQuestion_WithTheBranchAboveIt()
    {
        using var caller = await Api.SignInAsync();
        var chat = (await caller.PostAsync(Chats, new { model = "bytes", systemPrompt = "Be brief." })).Text("id");
        var messages = $"{Chats}/{chat}/messages";
        await AskAsync(caller, messages, "One");
        await AskAsync(caller, messages, "Two");
        await AskAsync(caller, messages, "Three");
        var before = (await caller.GetAsync(messages)).Ids;

        var edited = await caller.PostAsync($"{messages}/{before[3]}/edit", new { content = "Instead of two" });

        var message = edited.ShouldBe(HttpStatusCode.OK).Json.GetProperty("message");
        Ids(message.GetProperty("siblingIds")).Should().Equal(message.GetProperty("id").GetString());
        var sent = Api.Upstream.Model("bytes").Calls[^1].Messages;
        sent.Select(turn => turn.Role).Should().Equal("system", "user", "assistant", "user");
        (sent[1].Content, sent[^1].Content).Should().Be(("One", "Instead of two"));

        var branch = (await caller.GetAsync(messages)).Json.GetProperty("items");
        branch.EnumerateArray().Select(shown => shown.GetProperty("content").GetString()).Where((_, i) => i % 2 == 1).Should().Equal("Instead of two", "One");
        Ids(branch[1].GetProperty("siblingIds")).Should().Equal(before[3], branch[1].GetProperty("id").GetString());
        branch[1].GetProperty("parentId").GetString().Should().Be(before[4]);
        Ids(branch[2].GetProperty("siblingIds")).Should().Equal(before[4]);
        (await caller.GetAsync($"{Chats}/{chat}")).Text("messageCount").Should().Be("8");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task Edit_OfTheFirstQuestion_IsStreamed_AndBeginsTheChatAnew()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        await AskAsync(caller, messages, "One");
        var first = (await caller.GetAsync(messages)).Ids[1];

        await using var stream = await caller.StreamAsync($"{messages}/{first}/edit", new { content = "Another beginning", model = "ok" });
        (await stream.ToEndAsync())[^1].Type.Should().Be("completion.finished");

        var branch = (await caller.GetAsync(messages)).Json.GetProperty("items");
        branch.GetArrayLength().Should().Be(2);
        branch[1].GetProperty("parentId").ValueKind.Should().Be(JsonValueKind.Null);
        Ids(branch[1].GetProperty("siblingIds")).Should().Equal(first, branch[1].GetProperty("id").GetString());
    }

    [Test]
    public async Task Edit_UnderAKey_MakesOneSibling()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        await AskAsync(caller, messages, "One");
        var first = (await caller.GetAsync(messages)).Ids[1];
        KeyValuePair<string, string>[] key = [new("Idempotency-Key", "edited")];
        var body = new { content = "Once", model = "ok" };

        var one = await caller.SendAsync(HttpMethod.Post, $"{messages}/{first}/edit", body, key);
        var two = await caller.SendAsync(HttpMethod.Post, $"{messages}/{first}/edit", body, key);

        two.ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(one.ShouldBe(HttpStatusCode.OK).Text("id"));
        two.Headers["Idempotency-Replayed"].Should().Be("true");
        (await caller.GetAsync($"{messages}/{first}/siblings")).Json.GetArrayLength().Should().Be(2);
        (await caller.SendAsync(HttpMethod.Post, $"{messages}/{first}/edit", new { content = "Twice", model = "ok" }, key)).ShouldBeProblem(422, "idempotency.key_reused");
    }

    [Test]
    public async Task Edit_OfWhatIsNoQuestionOfTheCallers_IsRefused()
    {
        using var owner = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var messages = $"{Chats}/{await owner.OpenChatAsync()}/messages";
        await AskAsync(owner, messages, "One");
        var ids = (await owner.GetAsync(messages)).Ids;
        var elsewhere = $"{Chats}/{await owner.OpenChatAsync()}/messages";
        var body = new { content = "Anew", model = "ok" };

        (await owner.PostAsync($"{messages}/{ids[0]}/edit", body)).ShouldBeProblem(422, "validation.failed").ShouldBlame("messageId");
        (await owner.PostAsync($"{messages}/{ids[1]}/edit", new { content = "" })).ShouldBeProblem(422, "validation.failed").ShouldBlame("content");
        (await owner.PostAsync($"{messages}/{ids[1]}/edit", new { content = "Anew", parentId = ids[0] })).ShouldBeProblem(400, "request.malformed");
        (await owner.PostAsync($"{elsewhere}/{ids[1]}/edit", body)).ShouldBeProblem(404, "message.not_found");
        (await stranger.PostAsync($"{messages}/{ids[1]}/edit", body)).ShouldBeProblem(404, "chat.not_found");
        (await owner.GetAsync(messages)).Ids.Should().Equal(ids);
    }

    [Test]
    public async Task Branches_AreListedAndSwitched()
    {
        using var caller = await Api.SignInAsync();
        var chat = $"{Chats}/{await caller.OpenChatAsync()}";
        var messages = $"{chat}/messages";
        await AskAsync(caller, messages, "One");
        await AskAsync(caller, messages, "Two");
        await AskAsync(caller, messages, "Three");
        var longer = (await caller.GetAsync(messages)).Ids;
        (await caller.PostAsync($"{messages}/{longer[5]}/edit", new { content = "Another beginning", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        var shorter = (await caller.GetAsync(messages)).Ids;

        var siblings = (await caller.GetAsync($"{messages}/{shorter[1]}/siblings")).ShouldBe(HttpStatusCode.OK).Json;
        siblings.EnumerateArray().Select(sibling => sibling.GetProperty("content").GetString()).Should().Equal("One", "Another beginning");
        siblings.EnumerateArray().Should().OnlyContain(sibling => sibling.GetProperty("siblingIds").GetArrayLength() == 2);

        (await SwitchAsync(caller, chat, longer[5])).ShouldBe(HttpStatusCode.NoContent);
        (await caller.GetAsync(messages)).Ids.Should().Equal(longer);
        (await caller.GetAsync(chat)).Text("activeLeafId").Should().Be(longer[0]);
        // The next question goes on from there.
        (await AskAsync(caller, messages, "Four")).GetProperty("parentId").GetString().Should().NotBe(longer[0]);
        (await caller.GetAsync(messages)).Ids.Skip(2).Should().Equal(longer);

        (await SwitchAsync(caller, chat, shorter[0])).ShouldBe(HttpStatusCode.NoContent);
        (await caller.GetAsync(messages)).Ids.Should().Equal(shorter);
    }

    [Test]
    public async Task Switching_ToWhatIsNotTheCallers_FindsNothing()
    {
        using var owner = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var chat = $"{Chats}/{await owner.OpenChatAsync()}";
        await AskAsync(owner, $"{chat}/messages", "One");
        var ids = (await owner.GetAsync($"{chat}/messages")).Ids;
        var elsewhere = $"{Chats}/{await owner.OpenChatAsync()}";

        (await SwitchAsync(owner, elsewhere, ids[0])).ShouldBeProblem(404, "message.not_found");
        (await SwitchAsync(stranger, chat, ids[0])).ShouldBeProblem(404, "chat.not_found");
        (await owner.GetAsync($"{elsewhere}/messages/{ids[0]}/siblings")).ShouldBeProblem(404, "message.not_found");
        (await stranger.GetAsync($"{chat}/messages/{ids[0]}/siblings")).ShouldBeProblem(404, "chat.not_found");
        (await owner.SendAsync(HttpMethod.Put, $"{chat}/active-leaf", new { })).ShouldBeProblem(422, "validation.failed").ShouldBlame("messageId");
    }

    [Test]
    public async Task AChat_SaysAllThatIsSetForIt_WhereItIsMade_Shown_AndChanged()
    {
        using var caller = await Api.SignInAsync();
        var made = await caller.PostAsync(Chats, new { title = "Trip", systemPrompt = "Be brief." });
        var chat = $"{Chats}/{made.Text("id")}";

        var shown = await caller.GetAsync(chat);
        var changed = await caller.SendAsync(HttpMethod.Patch, chat, new { systemPrompt = "Be long." });

        foreach (var (answer, prompt) in new[] { (made, "Be brief."), (shown, "Be brief."), (changed, "Be long.") })
        {
            answer.Text("systemPrompt").Should().Be(prompt);
            answer.Json.GetProperty("activeLeafId").ValueKind.Should().Be(JsonValueKind.Null);
            answer.Json.GetProperty("running").ValueKind.Should().Be(JsonValueKind.Null);
        }

        (await caller.SendAsync(HttpMethod.Patch, chat, new { systemPrompt = "" })).Json.GetProperty("systemPrompt").ValueKind.Should().Be(JsonValueKind.Null);
        (await caller.GetAsync(Chats)).Json.GetProperty("items")[0].EnumerateObject().Select(member => member.Name)
            .Should().BeEquivalentTo("id", "title", "model", "createdAt", "updatedAt", "messageCount");
    }

    [Test]
    public async Task DeletingAndExporting_TakeTheWholeTree()
    {
        using var caller = await Api.SignInAsync();
        var chat = $"{Chats}/{await caller.OpenChatAsync()}";
        await AskAsync(caller, $"{chat}/messages", "One");
        var first = (await caller.GetAsync($"{chat}/messages")).Ids[1];
        (await caller.PostAsync($"{chat}/messages/{first}/edit", new { content = "Anew", model = "ok" })).ShouldBe(HttpStatusCode.OK);

        var exported = (await caller.GetAsync("/api/v1/users/me/export")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("chats")[0].GetProperty("messages");
        exported.EnumerateArray().Where(message => message.GetProperty("parentId").ValueKind == JsonValueKind.Null)
            .Select(message => message.GetProperty("content").GetString()).Should().Equal("One", "Anew");
        (await caller.DeleteAsync(chat)).ShouldBe(HttpStatusCode.NoContent);
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM messages WHERE lower(CAST(chat_id AS text)) = '{chat.Split('/')[^1]}'")).Should().Be(0);
    }

    private static Task<ApiAnswer> SwitchAsync(ApiCaller caller, string chat, string messageId) =>
        caller.SendAsync(HttpMethod.Put, $"{chat}/active-leaf", new { messageId });

    private static async Task<JsonElement> AskAsync(ApiCaller caller, string messages, string content) =>
        (await caller.PostAsync(messages, new { content, model = "bytes" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("message");

    private static IEnumerable<string?> Ids(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetString());
}
