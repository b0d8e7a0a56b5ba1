using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

/// <summary>A user finds chats by the words that were said in them.</summary>
public sealed class SearchTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    [TestCase("lighthouse")]
    [TestCase("HARBOUR%20lighthouse")]
    [TestCase("holiday")]
    [TestCase("%2B%20lighthouse%20%2B")]
    public async Task Chats_AreFoundByTheirWords(string search)
    {
        using var caller = await Api.SignInAsync();
        var chat = await caller.OpenChatAsync("Holiday plans");
        (await caller.PostAsync($"{Chats}/{chat}/messages", new { content = "Harbour or lighthouse?", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await caller.OpenChatAsync("Work");

        (await caller.GetAsync($"{Chats}?q={search}")).Ids.Should().Equal(chat);
        (await caller.GetAsync($"{Chats}?q=nowhere")).Ids.Should().BeEmpty();
        (await caller.GetAsync($"{Chats}?q=")).Ids.Should().HaveCount(2);
        using var other = await Api.SignInAsync();
        (await other.GetAsync($"{Chats}?q={search}")).Ids.Should().BeEmpty();
    }

    [Test]
    public async Task ASearchThatIsTooLong_IsRefused()
    {
        using var caller = await Api.SignInAsync();

        (await caller.GetAsync($"{Chats}?q={new string('a', 201)}")).ShouldBeProblem(422, "validation.failed").ShouldBlame("q");
    }
}
