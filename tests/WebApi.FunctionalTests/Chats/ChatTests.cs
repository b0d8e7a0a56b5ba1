using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

public sealed class ChatTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    [Test]
    public async Task AChat_IsOpened_Read_Changed_AndDeleted()
    {
        using var caller = await Api.SignInAsync();

        var opened = await caller.PostAsync(Chats, new { title = "Plans", model = "ok", systemPrompt = "Be brief." });
        var address = $"{Chats}/{opened.ShouldBe(HttpStatusCode.Created).Text("id")}";
        var read = await caller.GetAsync(address);
        var changed = await caller.SendAsync(HttpMethod.Patch, address, new { title = "Other plans" });
        var deleted = await caller.DeleteAsync(address);

        read.ShouldBe(HttpStatusCode.OK);
        foreach (var member in new[] { "id", "title", "model" })
            read.Text(member).Should().Be(opened.Text(member));
        // PostgreSQL keeps microseconds.
        read.Json.GetProperty("createdAt").GetDateTimeOffset()
            .Should().BeCloseTo(opened.Json.GetProperty("createdAt").GetDateTimeOffset(), TimeSpan.FromMicroseconds(1));
        read.Text("messageCount").Should().Be("0");
        changed.ShouldBe(HttpStatusCode.OK).Text("title").Should().Be("Other plans");
        changed.Text("model").Should().Be("ok", "what is absent stays");
        deleted.ShouldBe(HttpStatusCode.NoContent);
        (await caller.GetAsync(address)).ShouldBeProblem(404, "chat.not_found");
    }

    [Test]
    public async Task List_PagesThroughEveryChatOnce_NewestActivityFirst()
    {
        using var caller = await Api.SignInAsync();
        var opened = new List<string>();
        for (var i = 0; i < 7; i++)
            opened.Add(await caller.OpenChatAsync($"Chat {i}"));
        (await caller.PostAsync($"{Chats}/{opened[2]}/messages", new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await caller.GetAsync($"{Chats}?limit=3{cursor}");
            seen.AddRange(page.ShouldBe(HttpStatusCode.OK).Ids);
            cursor = page.Text("nextCursor") is { Length: > 0 } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
        }
        while (cursor.Length > 0);

        seen.Should().BeEquivalentTo(opened);
        seen[0].Should().Be(opened[2], "it was continued last");
        seen.Skip(1).Should().Equal(opened.Where(id => id != opened[2]).Reverse());
    }

    [TestCase("limit=0", 422)]
    [TestCase("limit=101", 422)]
    [TestCase("limit=-1", 422)]
    [TestCase("limit=many", 400)]
    [TestCase("cursor=nonsense", 422)]
    [TestCase("cursor=AAAA", 422)]
    public async Task List_WithABadPage_IsRefused(string query, int status)
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.GetAsync($"{Chats}?{query}");

        answer.ShouldBeProblem(status, status == 400 ? "request.malformed" : "validation.failed");
    }

    [Test]
    public async Task Messages_AreTheActiveBranch_NewestFirst()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";

        var first = await AskAsync(caller, messages, new { content = "One", model = "ok" });
        var root = (await caller.GetAsync(messages)).Ids;
        await AskAsync(caller, messages, new { content = "Two", model = "ok" });
        var branch = await AskAsync(caller, messages, new { content = "Instead of two", parentId = first, model = "ok" });
        var page = await caller.GetAsync($"{messages}?limit=3");
        var rest = await caller.GetAsync($"{messages}?limit=3&cursor={Uri.EscapeDataString(page.Text("nextCursor"))}");

        page.Json.GetProperty("items").EnumerateArray().Select(message => message.GetProperty("role").GetString())
            .Should().Equal("assistant", "user", "assistant");
        page.Ids[0].Should().Be(branch);
        page.Json.GetProperty("items")[1].GetProperty("content").GetString().Should().Be("Instead of two");
        page.Json.GetProperty("items")[1].GetProperty("parentId").GetString().Should().Be(first);
        page.Ids.Concat(rest.Ids).Should().EndWith(root).And.HaveCount(4);
        rest.Text("nextCursor").Should().BeEmpty();
    }

    [Test]
    public async Task Messages_SendTheHistoryAndTheSystemPromptToTheModel()
    {
        using var caller = await Api.SignInAsync();
        var chat = await caller.PostAsync(Chats, new { model = "bytes", systemPrompt = "Be brief." });
        var messages = $"{Chats}/{chat.Text("id")}/messages";

        await AskAsync(caller, messages, new { content = "First question" });
        await AskAsync(caller, messages, new { content = "Second question" });

        var sent = Api.Upstream.Model("bytes").Calls[^1].Messages;
        sent.Select(message => message.Role).Should().Equal("system", "user", "assistant", "user");
        sent[0].Content.Should().Contain("Be brief.");
        sent[1].Content.Should().Be("First question");
        sent[^1].Content.Should().Be("Second question");
    }

    [TestCase("GET", "")]
    [TestCase("PATCH", "")]
    [TestCase("DELETE", "")]
    [TestCase("GET", "/messages")]
    [TestCase("POST", "/messages")]
    public async Task SomeoneElsesChat_IsNotThere(string method, string suffix)
    {
        using var owner = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var chat = $"{Chats}/{await owner.OpenChatAsync("Mine")}{suffix}";
        object? body = (method, suffix) switch
        {
            ("PATCH", _) => new { title = "Stolen" },
            ("POST", _) => new { content = "Hello", model = "ok" },
            _ => null,
        };

        var answer = await stranger.SendAsync(new HttpMethod(method), chat, body);

        answer.ShouldBeProblem(404, "chat.not_found");
        (await owner.GetAsync(chat.Replace("/messages", "", StringComparison.Ordinal))).Text("title").Should().Be("Mine");
    }

    [Test]
    public async Task AForeignParent_IsNotThere()
    {
        using var caller = await Api.SignInAsync();
        var other = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        var parent = await AskAsync(caller, other, new { content = "Hello", model = "ok" });

        var answer = await caller.PostAsync(
            $"{Chats}/{await caller.OpenChatAsync()}/messages", new { content = "Hello", parentId = parent, model = "ok" });

        answer.ShouldBeProblem(404, "message.not_found");
    }

    /// <returns>The id of the answer's message.</returns>
    private static async Task<string> AskAsync(ApiCaller caller, string messages, object body)
    {
        var answer = await caller.PostAsync(messages, body);
        return answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("message").GetProperty("id").GetString()!;
    }
}
