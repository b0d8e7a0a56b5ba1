using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Content;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>What an operator's rules say must not be in an answer.</summary>
internal sealed class ContentStepTests
{
    private static readonly ContentRuleOptions Rival = new() { Name = "rival", Words = ["Contoso", "Fabrikam Bikes", "竞争者"] };
    private static readonly ContentRuleOptions Ticket = new() { Name = "ticket", Pattern = @"\bticket [0-9]{4}\b" };

    [TestCase("Try Contoso instead.", "Try [removed] instead.")]
    [TestCase("CONTOSO", "[removed]")]
    [TestCase("C\u043entos\u00f3, c\u200bontoso", "[removed], [removed]")]
    [TestCase("fabrikam\n-  bikes!", "[removed]!")]
    [TestCase("Contosos and unContoso and Fabrikam", "Contosos and unContoso and Fabrikam")]
    [TestCase("他们是竞争者之一", "他们是[removed]之一")]
    [TestCase("Ticket #1234, ticket 12345 and (ticket: 4321)", "[removed], ticket 12345 and ([removed])")]
    [TestCase("Contoso ticket 1234 Contoso", "[removed] [removed] [removed]")]
    public void WhatARuleSays_IsReplacedByAMark_HoweverTheAnswerIsSplit(string answer, string shown) =>
        Answered.HoweverSplit(Step(Rival, Ticket), StepMode.Redact, answer).Text.Should().Be(shown);

    [Test]
    public void WhatARuleSays_StopsTheAnswer_WithTheRulesName()
    {
        var stopped = Answered.HoweverSplit(Step(Rival, Ticket), StepMode.Block, "See ticket 1234.");

        stopped.Findings.Should().Equal(new Finding("content", "ticket", 1) { Action = StepMode.Block });
        Answered.Of(Step(Rival), StepMode.Block, [], AnswerStrand.Text, "Try Contoso instead.".Select(c => c.ToString())).Text.Should().Be("Try ");
        ContentStep.Setting.Default.Should().Be(StepMode.Block);
    }

    [Test]
    public void WhenItOnlyTells_NothingIsHeldBack()
    {
        var told = Answered.Of(Step(Rival, Ticket), StepMode.Flag, [], AnswerStrand.Text, "Contoso ticket 1234 Contoso".Select(c => c.ToString()));

        (told.Text, told.MostHeld).Should().Be(("Contoso ticket 1234 Contoso", 0));
        told.Findings.Select(finding => (finding.Code, finding.Count)).Should().BeEquivalentTo([("rival", 2), ("ticket", 1)]);
    }

    [TestCase(64)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(321)]
    [TestCase(2000)]
    public void APattern_IsFoundWhereverItStands(int before)
    {
        var text = string.Concat(Enumerable.Repeat("a b ", before / 4 + 1))[..before];

        var shown = Answered.Of(Step(Ticket), StepMode.Redact, [], AnswerStrand.Text, $"{text} ticket 1234 {text}".Chunk(7).Select(piece => new string(piece)));

        shown.Text.Should().Be($"{text} [removed] {text}");
        shown.MostHeld.Should().BeLessThanOrEqualTo(ContentFilter.Most);
    }

    [Test]
    public void WhatIsHeldBack_HasABound()
    {
        foreach (var answer in (string[])[new string(' ', 5000), new string('a', 5000), "fabrikam" + new string('-', 5000), "a\u200b" + new string('\u200b', 5000)])
            Answered.Of(Step(Rival, Ticket), StepMode.Block, [], AnswerStrand.Text, answer.Select(c => c.ToString())).MostHeld.Should().BeLessThanOrEqualTo(ContentFilter.Most);
    }

    [Test]
    public void WithoutRules_TheStepDoesNothing() =>
        Step().Begin(AnswerStrand.Text, new AnswerContext(Domain.Ids.UserId.New(DateTimeOffset.UnixEpoch)), StepMode.Block).Should().BeNull();

    [TestCase("(", "The Pattern of the rule 'r' cannot be used: ")]
    [TestCase("(?=a)a", "The Pattern of the rule 'r' cannot be used: ")]
    [TestCase("a*", "The Pattern of the rule 'r' must not match an empty text.")]
    [TestCase(null, "The rule 'r' needs Words or a Pattern.")]
    public void AWrongRule_IsAFault_InOneLine(string? pattern, string fault) =>
        new ContentRuleOptions { Name = "r", Pattern = pattern }.Validate(new(new object())).Should().ContainSingle()
            .Which.ErrorMessage.Should().StartWith(fault).And.NotContain("\n");

    [Test]
    public void AWordWithoutALetter_IsAFault() =>
        new ContentRuleOptions { Name = "r", Words = ["ok", "--"] }.Validate(new(new object())).Should().ContainSingle();

    private static ContentStep Step(params ContentRuleOptions[] rules) => new(Options.Create(new ContentOptions { Rules = rules }));
}
