using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>A token is a character here; each message is framed by 4 tokens and the answer by 3.</summary>
internal sealed class ContextFittingTests
{
    [Test]
    public void Fit_WhenEverythingFits_CountsAllOfIt()
    {
        var fitted = Fit(Drafts.Of(Drafts.Asking("hello") with { SystemPrompt = "brief", History = Turns(2, 10) })).Value;

        fitted.PromptTokens.Should().Be(3 + 9 + 9 + 14 + 14);
        fitted.HistorySent().Should().HaveCount(2);
        fitted.MaxCompletionTokens.Should().Be(100);
        fitted.Findings.Should().BeEmpty();
    }

    [Test]
    public void Fit_KeepsTheNewestAndTellsHowManyWereLeftOut()
    {
        // 900 tokens of room, 8 for the question: eight of 104 tokens each.
        var fitted = Fit(Drafts.Of(Drafts.Asking("q") with { History = Turns(12, 100) })).Value;

        fitted.HistorySent().Select(text => text[..2]).Should().Equal("04", "05", "06", "07", "08", "09", "10", "11");
        fitted.PromptTokens.Should().Be(8 + (8 * 104));
        fitted.Findings.Should().Equal(new Finding("context", "older_messages_left_out", 4));
    }

    [Test]
    public void Fit_LeavesNoGapInTheHistory()
    {
        Utterance[] history = [new(MessageRole.User, "short"), new(MessageRole.Assistant, new string('x', 2000)), new(MessageRole.User, "new")];

        Fit(Drafts.Of(Drafts.Asking("q") with { History = history })).Value.HistorySent().Should().Equal(history[2].Content);
    }

    [Test]
    public void Fit_NeverDropsSystemPromptOrQuestion()
    {
        var system = new string('s', 400);

        var fitted = Fit(Drafts.Of(Drafts.Asking(new string('q', 400)) with { SystemPrompt = system, History = Turns(2, 200) }, maxTokens: 1000)).Value;

        fitted.PromptTokens.Should().Be(811);
        fitted.TextOf(TextProvenance.SystemPrompt).Should().Be(system);
        fitted.Question.Should().HaveLength(400);
        fitted.HistorySent().Should().BeEmpty();
    }

    [Test]
    public void Fit_WithoutAWish_LeavesAQuarterOfTheWindowAndShortensTheAnswer()
    {
        var fitted = Fit(Drafts.Of(Drafts.Asking("q") with { History = Turns(9, 100) }, maxTokens: 1000)).Value;

        fitted.HistorySent().Should().HaveCount(7);
        fitted.PromptTokens.Should().Be(8 + (7 * 104));
        fitted.MaxCompletionTokens.Should().Be(1000 - fitted.PromptTokens);
    }

    [Test]
    public void Fit_ExpectsWhatTheProviderCountedMoreOfTheLastAnswersPrompt()
    {
        var (first, last) = (Turns(2, 10), Turns(2, 10));
        first[1] = first[1] with { Prompt = Measure(more: 500) };
        last[1] = last[1] with { Prompt = Measure(more: 20) };

        var fitted = Fit(Drafts.Of(Drafts.Asking("q") with { History = [.. first, .. last] }, maxTokens: 1000)).Value;

        fitted.CountedPromptTokens.Should().Be(8 + (4 * 14));
        fitted.PromptTokens.Should().Be(8 + (4 * 14) + 20);
        fitted.MaxCompletionTokens.Should().Be(1000 - fitted.PromptTokens, "the provider's window goes by its own count");
    }

    [Test]
    public void Fit_WhateverTheProviderCounted_LeavesRoomForTheLeastAnswer()
    {
        var history = Turns(2, 10);
        history[1] = history[1] with { Prompt = Measure(more: 5_000) };

        var fitted = Fit(Drafts.Of(Drafts.Asking("q") with { History = history }, maxTokens: 300, isExact: true)).Value;

        fitted.Should().BeEquivalentTo(new { PromptTokens = 700, MaxCompletionTokens = 300 });
    }

    [Test]
    public void Fit_WithAnExactLength_KeepsRoomForAllOfIt()
    {
        var fitted = Fit(Drafts.Of(Drafts.Asking("q") with { History = Turns(9, 100) }, maxTokens: 900, isExact: true)).Value;

        fitted.HistorySent().Should().BeEmpty();
        fitted.MaxCompletionTokens.Should().Be(900);
    }

    [TestCase(992, false, 1, true)]
    [TestCase(993, false, 1, false)]
    [TestCase(893, true, 100, true)]
    [TestCase(894, true, 100, false)]
    public void Fit_WhenThePromptLeavesNoRoomForTheAnswer_Refuses(int length, bool exact, int expectedAnswer, bool fits)
    {
        var fitted = Fit(Drafts.Of(new string('q', length)) with { Field = "content", LengthIsExact = exact });

        fitted.IsSuccess.Should().Be(fits);
        if (fits)
        {
            fitted.Value.MaxCompletionTokens.Should().Be(expectedAnswer);
            return;
        }

        fitted.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.Invalid, Code = "prompt.too_long" });
        fitted.Error!.Fields.Should().ContainKey("content");
    }

    [Test]
    public void Fit_CountsReasoning_WhatGoesBackAsItCame_AndPicturesOfResults()
    {
        var asking = Drafts.Asking("hello");
        ChatMessage[] messages =
        [
            new(ChatRole.Assistant, [ReasoningFields.Piece("0123456789", ReasoningFields.Plain), new MessageField("annotations", JsonElement.Parse("[1,2]"))]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new List<AIContent> { new TextContent("abc"), new DataContent(new byte[] { 1 }, "image/png") })]),
        ];

        var fitted = Fit(Drafts.Of(asking with { Messages = [.. messages, .. asking.Messages] }, window: 10_000)).Value;

        fitted.PromptTokens.Should().Be(3 + (4 + 10 + 5) + (4 + 3 + 1000) + 9);
    }

    [Test]
    public void Fit_CountsAToolAsItsClientDescribedIt()
    {
        const string tool = """{"type":"function","function":{"name":"f","own":"read by the template"}}""";

        Fit(Drafts.Of(Drafts.Asking("hello") with { Options = new ChatOptions { Tools = [new ToolDefinition(JsonElement.Parse(tool))] } })).Value
            .PromptTokens.Should().Be(3 + 9 + 4 + tool.Length);
    }

    private static Utterance[] Turns(int count, int length) =>
        [.. Enumerable.Range(0, count).Select(i => new Utterance(i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, $"{i:00}".PadRight(length, '.')))];

    private static PromptMeasure Measure(int more) => new(Drafts.Of("q").Model.Id, Reported: 40 + more, Counted: 40);

    private static Result<PromptDraft> Fit(PromptDraft draft) => new ContextFitting(new CharacterCounter()).Apply(draft);
}
