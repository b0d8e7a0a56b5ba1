using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Steps;
using CleanLlm.Domain.Chats;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class PromptPiecesTests : ITokenCounter
{
    private readonly List<string> counted = [];

    [SetUp]
    public void SetUp() => counted.Clear();

    [Test]
    public void Fit_EndsAsSoonAsTheWindowIsPassed()
    {
        var draft = Drafts.Of(new PromptContent { Messages = [Said(new string('a', 2000)), Said(new string('b', 2000)), Said("last")] });

        new ContextFitting(this).Apply(draft).Error!.Code.Should().Be("prompt.too_long");

        counted.Should().ContainSingle().Which.Should().StartWith("a");
    }

    [Test]
    public void Fit_CountsOfTheHistoryNoMoreThanTheFirstThatDoesNotFit()
    {
        Utterance[] history = [.. Enumerable.Range(0, 200).Select(i => new Utterance(MessageRole.User, new string('h', 400)))];

        new ContextFitting(this).Apply(Drafts.Of(Drafts.Asking("q") with { History = history })).Value.HistorySent().Should().HaveCount(2);

        counted.Should().HaveCount(1 + 3);
    }

    [Test]
    public async Task Window_RefusesByLengthAlone_WhateverTheTextStandsIn()
    {
        var text = new string('x', 11_000);
        PromptDraft[] drafts =
        [
            Drafts.Of(text),
            Drafts.Of(Drafts.Asking("q") with { SystemPrompt = text }),
            Drafts.Of(Drafts.Asking("q") with { Messages = [new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", text)]), Said("q")] }),
            Drafts.Of(Drafts.Asking("q") with { Options = new ChatOptions { Tools = [new ToolDefinition(JsonSerializer.SerializeToElement(new { text }))] } }),
            Drafts.Of(Drafts.Asking("q") with { Options = new ChatOptions { AdditionalProperties = new() { ["response_format"] = JsonSerializer.SerializeToElement(text) } } }),
        ];

        foreach (var draft in drafts)
            (await new WindowStep(this).ApplyAsync(draft)).Error!.Code.Should().Be("prompt.too_long");
        counted.Should().BeEmpty();
    }

    [Test]
    public async Task Window_TakesAPictureByItsKind_AndNotByItsText()
    {
        var picture = new DataContent($"data:image/png;base64,{new string('A', 400_000)}");
        var draft = Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.User, [picture, new TextContent("q")])] }, window: 2000);

        (await new WindowStep(this).ApplyAsync(draft)).IsSuccess.Should().BeTrue();
        PromptPieces.Characters(draft).Should().Be(1);
        new ContextFitting(this).Apply(draft).Value.PromptTokens.Should().Be(3 + 4 + 1000 + 1);
    }

    [TestCase(9929, true)]
    [TestCase(9930, false)]
    public async Task Window_RefusesNothingThatMightFit(int length, bool passes) =>
        (await new WindowStep(this).ApplyAsync(Drafts.Of(new string('x', length)))).IsSuccess.Should().Be(passes);

    int ITokenCounter.Count(string text) => throw new NotSupportedException("A prompt is never counted beyond its window.");

    int ITokenCounter.Count(string text, int most)
    {
        counted.Add(text);
        return text.Length;
    }

    int ITokenCounter.AtLeast(string text) => text.Length / 10;

    private static ChatMessage Said(string text) => new(ChatRole.User, text);
}
