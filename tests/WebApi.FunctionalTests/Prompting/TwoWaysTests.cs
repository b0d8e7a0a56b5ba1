using System.Net;
using System.Text.Json;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.OpenAi;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Prompting;

/// <summary>A word that is replaced on its way to the model, and turned back on the way of the answer: its user notices nothing, and the provider never gets it.</summary>
public sealed class TwoWaysTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const string OpenAi = "/v1/chat/completions";

    private static readonly object Tools = JsonElement.Parse("""[{"type":"function","function":{"name":"note"}}]""");

    protected override void Register(IServiceCollection services)
    {
        var step = new TwoWaysStep();
        services.AddSingleton<IPromptStep>(step);
        services.AddSingleton<IAnswerStep>(step);
    }

    [TearDown]
    public void TheProviderNeverGetsTheWord() => Plain.ChatBodies.Should().NotBeEmpty().And.NotContain(body => body.Contains(TwoWaysStep.Word, StringComparison.Ordinal));

    [Test]
    public async Task Json_ShowsTheWord()
    {
        var answer = (await Caller.PostAsync(Completions, new { prompt = $"I am {TwoWaysStep.Word}.", model = OpenAiServer.ChatModel })).ShouldBe(HttpStatusCode.OK);

        answer.Json.GetProperty("message").GetProperty("content").GetString().Should().Contain($"You said: I am {TwoWaysStep.Word}.");
        var stored = (await Caller.GetAsync($"{Completions}/{answer.Text("id")}")).ShouldBe(HttpStatusCode.OK);
        stored.Json.GetProperty("message").GetProperty("content").GetString().Should().Contain(TwoWaysStep.Word).And.NotContain("THE NAME");
    }

    [Test]
    public async Task AStream_ShowsTheWord_AndSoDoesWhatIsReadOfItElsewhere()
    {
        await using var other = Api.Database.Kind == DatabaseKind.Postgres ? CleanLlmApi.StartBeside(Api) : null;
        using var there = new ApiCaller((other ?? Api).Address);
        there.Use(await there.PostAsync("/api/v1/auth/login", new { email = Caller.Email, password = ApiCaller.Password }));
        string id;
        IReadOnlyList<ServerEvent> all;
        await using (var stream = await Caller.StreamAsync(Completions, new { prompt = $"I am {TwoWaysStep.Word}, yes.", model = OpenAiServer.ChatModel }))
        {
            id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            all = await stream.ToEndAsync();
        }

        TextOf(all).Should().Contain($"You said: I am {TwoWaysStep.Word}, yes.");
        foreach (var last in all.Where(next => next is { Type: "completion.delta", Id: not null }).Select(next => next.Id!.Value))
        {
            await using var resumed = await there.FollowAsync(id, last);
            TextOf(await resumed.ToEndAsync()).Should().Be(TextOf(all.Where(next => next.Id > last)));
        }
    }

    [Test]
    public async Task OpenAiClients_GetTheWord_InDocumentsAndChunks()
    {
        var document = (await Caller.PostAsync(OpenAi, Question($"I am {TwoWaysStep.Word}."))).ShouldBe(HttpStatusCode.OK);
        document.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().Should().Contain($"I am {TwoWaysStep.Word}.");

        string.Concat((await ChunksAsync(Question($"I am {TwoWaysStep.Word}.", stream: true))).Select(delta => delta.TryGetProperty("content", out var text) ? text.GetString() : ""))
            .Should().Contain($"I am {TwoWaysStep.Word}.");
    }

    [Test]
    public async Task ArgumentsOfTools_HoldTheWord_InDocumentsAndChunks()
    {
        var expected = $"{{\"told\":\"tell {TwoWaysStep.Word} that\"}}";

        var document = (await Caller.PostAsync(OpenAi, Question($"tell {TwoWaysStep.Word} that", tools: Tools))).ShouldBe(HttpStatusCode.OK);
        document.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString().Should().Be(expected);

        var deltas = await ChunksAsync(Question($"tell {TwoWaysStep.Word} that", stream: true, tools: Tools));
        string.Concat(deltas.Where(delta => delta.TryGetProperty("tool_calls", out _)).Select(delta =>
            delta.GetProperty("tool_calls")[0].GetProperty("function").TryGetProperty("arguments", out var arguments) ? arguments.GetString() : "")).Should().Be(expected);
    }

    [Test]
    public async Task TheHistory_ShowsTheWord_AndIsSentWithoutIt()
    {
        using var user = await Api.SignInAsync();
        var chat = (await user.PostAsync("/api/v1/chats", new { model = OpenAiServer.ChatModel })).Text("id");
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = $"I am {TwoWaysStep.Word}." })).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Who am I?" })).ShouldBe(HttpStatusCode.OK);

        var history = (await user.GetAsync($"/api/v1/chats/{chat}/messages")).Json.GetProperty("items").EnumerateArray().Select(message => message.GetProperty("content").GetString()).ToList();
        history.Should().Contain($"I am {TwoWaysStep.Word}.").And.Contain(text => text!.StartsWith($"You said: I am {TwoWaysStep.Word}."));
        Plain.ChatBodies.Last().Should().Contain($"I am {TwoWaysStep.Placeholder}.").And.Contain($"You said: I am {TwoWaysStep.Placeholder}.");
    }

    private static string TextOf(IEnumerable<ServerEvent> events) =>
        string.Concat(events.Where(next => next.Type == "completion.delta").Select(next => next.Data.GetProperty("text").GetString()));

    private static object Question(string text, bool stream = false, object? tools = null) =>
        new { model = OpenAiServer.ChatModel, stream, tools, messages = new[] { new { role = "user", content = text } } };

    private async Task<List<JsonElement>> ChunksAsync(object body)
    {
        var answer = (await Caller.PostAsync(OpenAi, body)).ShouldBe(HttpStatusCode.OK);
        return [.. answer.Body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => ApiCaller.Parse(line[6..]).GetProperty("choices")).Where(choices => choices.GetArrayLength() > 0).Select(choices => choices[0].GetProperty("delta"))];
    }
}
