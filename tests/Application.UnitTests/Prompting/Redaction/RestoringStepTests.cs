using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Application.UnitTests.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class RestoringStepTests
{
    private const string Key = "-----BEGIN \"x\"\\\n-----";

    private static readonly Restorations Restorations = Restorations.None
        .With("<EMAIL_1>", "ann@example.com").With("<EMAIL_12>", "bob@example.com").With("<URL_CREDENTIAL_1>", "a:b").With("<PRIVATE_KEY_1>", Key).With("<PASSWORD_1>", "<EMAIL_1>");

    [TestCase("To <EMAIL_1>, <EMAIL_12>.", "To ann@example.com, bob@example.com.")]
    [TestCase("&lt;EMAIL_1&gt;", "ann@example.com")]
    [TestCase(@"\u003cEMAIL_1\u003e \u003CEMAIL_1\u003E", "ann@example.com ann@example.com")]
    [TestCase("<email_1> <Email_1>", "ann@example.com ann@example.com")]
    [TestCase(@"<EMAIL\_1> <URL\_CREDENTIAL\_1> <EMAIL\\_1>", "ann@example.com a:b ann@example.com")]
    [TestCase(@"\<EMAIL_1\> \<EMAIL_1>", @"ann@example.com \ann@example.com")]
    [TestCase("<<EMAIL_1>>", "<ann@example.com>")]
    [TestCase("<EMAIL_<EMAIL_1>", "<EMAIL_ann@example.com")]
    [TestCase("<EMAIL_2> <EMAIL_1x> <EMAIL_> <> < EMAIL_1> EMAIL_1 <EMAIL_1", "<EMAIL_2> <EMAIL_1x> <EMAIL_> <> < EMAIL_1> EMAIL_1 <EMAIL_1")]
    [TestCase("<PASSWORD_1>", "<EMAIL_1>")]
    [TestCase("a <b>c</b> &lt;d&gt; \\n \\_ \\\\ &", "a <b>c</b> &lt;d&gt; \\n \\_ \\\\ &")]
    [TestCase("\U0001F600<EMAIL_1>\U0001F600<EMAIL_1\U0001F600>", "\U0001F600ann@example.com\U0001F600<EMAIL_1\U0001F600>")]
    [TestCase("<PRIVATE_KEY_1>", Key)]
    public void AnAnswer_IsRestored_HoweverItIsSplit(string answer, string restored)
    {
        Of(AnswerStrand.Text, answer).Should().Be(restored);
        Of(AnswerStrand.Reasoning, [.. answer.Select(c => c.ToString())]).Should().Be(restored, "one by one");
        for (var i = 0; i <= answer.Length; i++)
        {
            for (var j = i; j <= answer.Length; j++)
                Of(AnswerStrand.Text, answer[..i], answer[i..j], answer[j..]).Should().Be(restored, $"split at {i} and {j}");
        }
    }

    [Test]
    public void InArgumentsOfTools_ValuesAreEscaped()
    {
        const string Arguments = """{"key":"<PRIVATE_KEY_1>","to":"\u003cEMAIL_1\u003e"}""";
        var whole = Of(AnswerStrand.ToolArguments, Arguments);

        System.Text.Json.JsonElement.Parse(whole).GetProperty("key").GetString().Should().Be(Key);
        System.Text.Json.JsonElement.Parse(whole).GetProperty("to").GetString().Should().Be("ann@example.com");
        for (var i = 0; i <= Arguments.Length; i++)
            Of(AnswerStrand.ToolArguments, Arguments[..i], Arguments[i..]).Should().Be(whole);
    }

    [Test]
    public void TheNameOfATool_AndAnAnswerToWhichNothingBelongs_PassUntouched()
    {
        new RestoringStep().Begin(AnswerStrand.ToolName, Context(Restorations), StepMode.Block).Should().BeNull();
        new RestoringStep().Begin(AnswerStrand.Text, Context(Restorations.None), StepMode.Block).Should().BeNull();
    }

    [TestCase("<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase(@"\u003c\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_")]
    [TestCase("<<<<<<<<<<<<<<<<&&&&&&&&&&&&\\\\\\\\\\\\\\\\\\")]
    public void WhatIsHeldBack_IsNeverLongerThanTheLongestFormOfAPlaceholder(string answer)
    {
        var filter = new RestoringStep().Begin(AnswerStrand.Text, Context(Restorations), StepMode.Block)!;

        foreach (var c in answer)
        {
            filter.Push(c.ToString());
            filter.HeldBack.Should().BeLessThanOrEqualTo(PlaceholderForm.LongestForm("<URL_CREDENTIAL_1>".Length));
        }
    }

    [Test]
    public async Task AUser_GetsBackWhatTheModelNeverSaw()
    {
        using var fixture = new RunnerFixture(promptSteps: [new SecretsStep(), PiiStep()], answerSteps: [new RestoringStep()]);
        fixture.Model.Says("Mail <EMA").Says("IL_1>; <EMAIL_2> is").Says(" nobody.").Ends();

        var run = (await fixture.StartAsync(fixture.Ask("I am ann@example.com, password=hunter2") with { Stream = true })).Value;
        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        fixture.Model.Calls.Single().Messages.Single().Text.Should().Be("I am <EMAIL_1>, password=<PASSWORD_1>");
        fixture.Store.Admitted.Single().Prompt.Should().Be("I am ann@example.com, password=hunter2");
        ended.Message!.Content.Should().Be("Mail ann@example.com; <EMAIL_2> is nobody.");
    }

    private static AnswerContext Context(Restorations restorations) => new(UserId.New(DateTimeOffset.UnixEpoch)) { Restorations = restorations };

    private static string Of(AnswerStrand strand, params string[] pieces)
    {
        var filter = new RestoringStep().Begin(strand, Context(Restorations), StepMode.Block)!;
        return string.Concat(pieces.Select(filter.Push)) + filter.Flush();
    }
}
