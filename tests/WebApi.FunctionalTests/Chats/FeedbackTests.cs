using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Chats;

public sealed class FeedbackTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Chats = "/api/v1/chats";

    [Test]
    public async Task Feedback_IsShownWithTheMessage_AndInTheExport_AndReplacedWhenPutAgain()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        var answer = await AskAsync(caller, messages);

        var first = await RateAsync(caller, messages, answer, new { rating = "down", comment = "Too short\nand wrong" });
        var seen = await FeedbackOfAsync(caller, messages, answer);
        var second = await RateAsync(caller, messages, answer, new { rating = "up" });
        var replaced = await FeedbackOfAsync(caller, messages, answer);
        var export = await caller.GetAsync("/api/v1/users/me/export");

        first.ShouldBe(HttpStatusCode.NoContent);
        seen.Should().Be("""{"rating":"down","comment":"Too short\nand wrong"}""");
        second.ShouldBe(HttpStatusCode.NoContent);
        replaced.Should().Be("""{"rating":"up","comment":null}""");
        export.Json.GetProperty("chats")[0].GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("feedback").GetRawText())
            .Should().Equal("null", """{"rating":"up","comment":null}""");
    }

    [Test]
    public async Task Feedback_OnAQuestion_Or_WithATooLongComment_IsRefused()
    {
        using var caller = await Api.SignInAsync();
        var messages = $"{Chats}/{await caller.OpenChatAsync()}/messages";
        var answer = await AskAsync(caller, messages);
        var question = (await caller.GetAsync(messages)).Ids[1];

        (await RateAsync(caller, messages, question, new { rating = "up" })).ShouldBeProblem(422, "validation.failed");
        (await RateAsync(caller, messages, answer, new { rating = "up", comment = new string('x', 2_001) })).ShouldBeProblem(422, "validation.failed");
        (await RateAsync(caller, messages, answer, new { rating = "up", comment = "a\0b" })).ShouldBeProblem(422, "validation.failed");
        (await RateAsync(caller, messages, answer, new { rating = "fine" })).ShouldBeProblem(400, "request.malformed");
        (await RateAsync(caller, messages, answer, new { comment = "no rating" })).ShouldBeProblem(422, "validation.failed");
        (await RateAsync(caller, messages, answer, new { rating = "up", comment = new string('x', 2_000) })).ShouldBe(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Feedback_OnWhatIsNotTheCallers_FindsNothing()
    {
        using var owner = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var messages = $"{Chats}/{await owner.OpenChatAsync()}/messages";
        var answer = await AskAsync(owner, messages);
        var elsewhere = $"{Chats}/{await owner.OpenChatAsync()}/messages";

        (await RateAsync(stranger, messages, answer, new { rating = "up" })).ShouldBeProblem(404, "chat.not_found");
        (await RateAsync(owner, elsewhere, answer, new { rating = "up" })).ShouldBeProblem(404, "message.not_found");
        (await RateAsync(owner, messages, Guid.CreateVersion7().ToString(), new { rating = "up" })).ShouldBeProblem(404, "message.not_found");
        (await FeedbackOfAsync(owner, messages, answer)).Should().Be("null");
    }

    private static Task<ApiAnswer> RateAsync(ApiCaller caller, string messages, string message, object body) =>
        caller.SendAsync(HttpMethod.Put, $"{messages}/{message}/feedback", body);

    private static async Task<string> AskAsync(ApiCaller caller, string messages) =>
        (await caller.PostAsync(messages, new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("message").GetProperty("id").GetString()!;

    private static async Task<string> FeedbackOfAsync(ApiCaller caller, string messages, string message) =>
        (await caller.GetAsync(messages)).Json.GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("id").GetString() == message).GetProperty("feedback").GetRawText();
}
