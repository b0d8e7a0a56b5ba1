using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class PlaceholderTests
{
    private static readonly Restorations Known = Restorations.None.With("<EMAIL_1>", "ann@example.com").With("<EMAIL_3>", "cid@example.com").With("<PASSWORD_1>", "hunter2");

    [Test]
    public async Task Numbers_GoOverThePromptInItsOrder_HistoryFirst()
    {
        var redacted = await BothAsync(Drafts.Of(Drafts.Asking("bob@example.com, ann@example.com") with { History = [new(MessageRole.User, "ANN@example.com")] }));

        redacted.Slots.Select(slot => slot.Text).Should().Equal("<EMAIL_1>", "<EMAIL_2>, <EMAIL_1>");
        redacted.Restorations.Originals.Should().BeEquivalentTo(new Dictionary<string, string> { ["<EMAIL_1>"] = "ANN@example.com", ["<EMAIL_2>"] = "bob@example.com" });
    }

    [Test]
    public async Task WhatTheChatKnows_KeepsItsPlaceholder_AndNewValuesGetTheNextFreeOne()
    {
        var redacted = await BothAsync(Drafts.Of("bob@example.com Cid@example.com dan@example.com password=hunter2 password=hunter3"), Drafts.Context with { Known = Known });

        redacted.Question.Should().StartWith("bob@");
        redacted.Slots.Single().Text.Should().Be("<EMAIL_2> <EMAIL_3> <EMAIL_4> password=<PASSWORD_1> password=<PASSWORD_2>");
        redacted.Restorations.Originals.Should().HaveCount(6).And.Contain("<EMAIL_1>", "ann@example.com").And.Contain("<EMAIL_3>", "cid@example.com");
    }

    [TestCase("<EMAIL_1>")]
    [TestCase("<email_1>")]
    [TestCase("&lt;EMAIL_1&gt;")]
    [TestCase(@"<EMAIL\_1>")]
    [TestCase(@"\u003cEMAIL_1\u003e")]
    public async Task ALiteral_StaysAsItWasWritten_AndItsNumberIsGivenToNobody(string literal)
    {
        var redacted = await BothAsync(Drafts.Of($"{literal} is not ann@example.com"));

        redacted.Slots.Single().Text.Should().Be($"{literal} is not <EMAIL_2>");
        redacted.Restorations.Originals.Should().BeEquivalentTo(new Dictionary<string, string> { ["<EMAIL_2>"] = "ann@example.com" });
    }

    [Test]
    public async Task ALiteral_InAnyPlace_IsSeenBeforeTheFirstNumberIsGiven()
    {
        var redacted = await BothAsync(Drafts.Of(Drafts.Asking("What is <EMAIL_1>?") with { OperatorSystemPrompt = "Keep <EMAIL_2>.", SystemPrompt = "ann@example.com" }));

        redacted.TextOf(TextProvenance.SystemPrompt).Should().Be("<EMAIL_3>");
    }

    [Test]
    public async Task ALiteral_ThatTheChatKnowsAsAValue_IsTheAuthorsFromNowOn()
    {
        var redacted = await BothAsync(Drafts.Of("<EMAIL_1> and <PASSWORD_1>, or ann@example.com"), Drafts.Context with { Known = Known });

        redacted.Slots.Single().Text.Should().Be("<EMAIL_1> and <PASSWORD_1>, or <EMAIL_2>");
        redacted.Restorations.Originals.Should().NotContainKeys("<EMAIL_1>", "<PASSWORD_1>").And.Contain("<EMAIL_2>", "ann@example.com");
    }

    [Test]
    public async Task ALiteral_InAPromptWithoutValues_IsNotTurnedBackEither() =>
        (await BothAsync(Drafts.Of("What does <EMAIL_1> mean?"), Drafts.Context with { Known = Known })).Restorations.Originals.Should().NotContainKey("<EMAIL_1>");

    [Test]
    public void Restorations_AreReadFromWhatTheyWrote()
    {
        var written = Known.With("<PRIVATE_KEY_1>", "-----BEGIN \"é\"\n-----").ToJson();

        written.Should().StartWith("{\"<EMAIL_1>\":\"ann@example.com\",\"<EMAIL_3>\":");
        Restorations.Parse(written).Originals.Should().BeEquivalentTo(Known.Originals.Append(new("<PRIVATE_KEY_1>", "-----BEGIN \"é\"\n-----")));
        Restorations.Parse(Restorations.None.ToJson()).Originals.Should().BeEmpty();
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{\"a\":1}")]
    [TestCase("")]
    public void Restorations_OfAnythingElse_AreRefused(string json)
    {
        var parse = () => Restorations.Parse(json);

        parse.Should().Throw<System.Text.Json.JsonException>();
    }

    [Test]
    public void Restorations_OfTwo_TakeTheNewerValue() =>
        Known.With(Restorations.None.With("<EMAIL_1>", "new@example.com")).Originals.Should().HaveCount(3).And.Contain("<EMAIL_1>", "new@example.com");
}
