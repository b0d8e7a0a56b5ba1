using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Optimizing;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>A token is a character here.</summary>
internal sealed class OptimizeStepTests
{
    private static readonly OptimizeStep Step = new(new CharacterCounter());

    [TestCase("one  two", "one two")]
    [TestCase("one \t two", "one two")]
    [TestCase("end.  Next.   And.", "end. Next. And.")]
    [TestCase("line  \nnext\t\n", "line\nnext\n")]
    [TestCase("a\n\n\n\nb", "a\n\nb")]
    [TestCase("a\r\n\r\n \r\nb", "a\r\n\r\nb")]
    [TestCase("a\tb", "a\tb")]
    [TestCase("plain text\n\nwith a break", "plain text\n\nwith a break")]
    [TestCase("    indented  code", "    indented  code")]
    [TestCase("\tindented  code", "\tindented  code")]
    [TestCase("say \"a  b\" now", "say \"a  b\" now")]
    [TestCase("the `a  b` form", "the `a  b` form")]
    [TestCase("id    name    size", "id    name    size")]
    [TestCase("```\na  b  \n\n\n\nc\n```\nx  y", "```\na  b  \n\n\n\nc\n```\nx y")]
    [TestCase("~~~~ text\na  b\n~~~\nc  d\n~~~~\nx  y", "~~~~ text\na  b\n~~~\nc  d\n~~~~\nx y")]
    [TestCase("1. so:\n    ```py\n\n\n\n    a\n    ```\nx  y", "1. so:\n    ```py\n\n\n\n    a\n    ```\nx y")]
    [TestCase("```never closed\na  b", "```never closed\na  b")]
    public void Whitespace_IsRemovedWhereItSaysNothing(string text, string expected) => Whitespace.Remove(text).Should().Be(expected);

    [Test]
    public void Whitespace_OnceRemoved_HasNothingMoreToRemove([Values("a  b\n\n\n\nc \n", "x\n```\n\n\n\n```\n\n\n\ny  z", " \n \n \n")] string text) =>
        Whitespace.Remove(Whitespace.Remove(text)).Should().Be(Whitespace.Remove(text));

    [Test]
    public void APassage_ThatStoodBefore_IsReferredTo_WhereverItBegins([Range(0, 260, 13)] int offset)
    {
        var passage = Passage(900, seed: 1);
        var passages = new RepeatedPassages();
        passages.Replace($"{new string('-', offset)} {passage}").Should().Contain(passage);

        var second = passages.Replace($"Read this: {passage} What does it say?");

        second.Should().StartWith("Read this: ").And.EndWith(" What does it say?").And.Contain("[repeated here: the passage above of ").And.Contain($"“{passage[..20]}");
        second.Length.Should().BeLessThan(250);
    }

    [Test]
    public void APassage_TwiceInOneText_IsReferredToTheSecondTime()
    {
        var passage = Passage(900, seed: 2);

        var text = new RepeatedPassages().Replace($"{passage}\n\n{passage}\n\nCompare.");

        text.Should().StartWith($"{passage}").And.EndWith("Compare.");
        text.Split("[repeated here").Length.Should().Be(2);
    }

    [Test]
    public void WhatIsShort_OrHasNoWords_OrIsNew_Stays()
    {
        var passages = new RepeatedPassages();
        var (small, rule, fresh) = (Passage(400, seed: 3), new string('-', 3_000), Passage(2_000, seed: 4));

        foreach (var text in (string[])[small, small, rule, rule, fresh, Passage(2_000, seed: 5)])
            passages.Replace(text).Should().BeSameAs(text);
    }

    [Test, CancelAfter(20_000)]
    public void HostileTexts_TakeNoLongerThanTheirLength([Values("a", "ab", "abcdefghijklmnopqrst ", "x\n")] string unit)
    {
        var passages = new RepeatedPassages();
        var text = string.Concat(Enumerable.Repeat(unit, 500_000 / unit.Length));

        for (var i = 0; i < 4; i++)
            passages.Replace(i + text).Length.Should().BeLessThanOrEqualTo(text.Length + 1);
    }

    [Test]
    public async Task OnlyWhatIsSentChanges_AndTheTokensSavedAreTold()
    {
        var draft = Fitted(Drafts.Asking("How  are you?") with { SystemPrompt = "Be  brief.", History = [new(MessageRole.User, "one  two"), new(MessageRole.Assistant, "so  so")] });

        var optimized = (await Step.ApplyAsync(draft, StepMode.Redact)).Value;

        optimized.Slots.Select(slot => slot.Text).Should().Equal("Be  brief.", "one two", "so so", "How are you?");
        optimized.Question.Should().Be("How  are you?", "what is stored and shown stays");
        optimized.Findings.Should().Equal(new Finding("optimize", "tokens_saved", 3) { Action = StepMode.Redact });
        (optimized.PromptTokens, optimized.CountedPromptTokens).Should().Be((draft.PromptTokens - 3, draft.CountedPromptTokens - 3));
    }

    [Test]
    public async Task Flag_TellsWhatCouldBeSaved_AndSendsAllOfIt()
    {
        var draft = Fitted(Drafts.Asking("How  are you?"));

        var told = (await Step.ApplyAsync(draft, StepMode.Flag)).Value;

        told.Slots.Should().BeSameAs(draft.Slots);
        told.PromptTokens.Should().Be(draft.PromptTokens);
        told.Findings.Should().Equal(new Finding("optimize", "tokens_to_save", 1) { Action = StepMode.Flag });
    }

    [Test]
    public async Task WhatIsLeftOut_IsNeverReferredTo()
    {
        var passage = Passage(600, seed: 6);
        Utterance[] history = [new(MessageRole.User, passage), new(MessageRole.Assistant, "Yes."), new(MessageRole.User, passage), new(MessageRole.Assistant, "No.")];
        var draft = Fitted(Drafts.Asking("q") with { History = history });
        draft.HistoryLeftOut.Should().Be(2);

        (await Step.ApplyAsync(draft, StepMode.Redact)).Value.Should().BeSameAs(draft);
    }

    [Test]
    public async Task AText_StaysTheSameFromTurnToTurn()
    {
        var (passage, turns) = (Passage(700, seed: 7), new List<Utterance>());
        string[] questions = [$"Look:  {passage}", "Go  on.", $"Again: {passage}", "And  now?"];
        List<string> before = [];
        foreach (var question in questions)
        {
            var sent = (await Step.ApplyAsync(Fitted(Drafts.Asking(question) with { History = [.. turns] }, window: 100_000), StepMode.Redact)).Value.Assemble().Messages;
            List<string> texts = [.. sent.Select(message => message.Text)];
            texts.Should().StartWith(before);
            before = texts;
            turns.AddRange([new(MessageRole.User, question), new(MessageRole.Assistant, "Well,  yes.")]);
            before.Add("Well, yes.");
        }

        before[4].Should().Contain("[repeated here");
    }

    [Test]
    public async Task ResultsOfTools_KeepTheirWhitespace_AndWhatAModelSignedStays()
    {
        var passage = Passage(700, seed: 8);
        var asking = Drafts.Asking($"Look: {passage}");
        ChatMessage[] more =
        [
            new(ChatRole.Assistant, [new TextReasoningContent("I  think") { ProtectedData = "signed" }, new FunctionCallContent("1", "f") { RawRepresentation = "{\"a\":  1}" }]),
            new(ChatRole.Tool, [new FunctionResultContent("1", $"x  = 1\n{passage}\n")]),
        ];

        var sent = (await Step.ApplyAsync(Fitted(asking with { Messages = [.. asking.Messages, .. more] }, window: 100_000), StepMode.Redact)).Value.Assemble().Messages;

        sent[1].Contents.OfType<TextReasoningContent>().Single().Text.Should().Be("I  think");
        sent[2].Contents.OfType<FunctionResultContent>().Single().Result.Should().BeOfType<string>().Which.Should().StartWith("x  = 1\n[repeated here");
    }

    [Test]
    public async Task TextsForEmbeddings_StayAsTheyAre()
    {
        var draft = Drafts.Of(new PromptContent { Inputs = ["one  two", Passage(700, seed: 9), Passage(700, seed: 9)] });

        (await Step.ApplyAsync(draft, StepMode.Redact)).Value.Should().BeSameAs(draft);
    }

    private static PromptDraft Fitted(PromptContent content, int window = 1000) => new ContextFitting(new CharacterCounter()).Apply(Drafts.Of(content, window: window)).Value;

    private static string Passage(int length, int seed)
    {
        var random = new Random(seed);
        var text = string.Join(' ', Enumerable.Range(0, length).Select(_ => new string([.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)('a' + random.Next(26)))])));
        return text[..length].TrimEnd();
    }
}
