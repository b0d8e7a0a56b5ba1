using System.Text;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Leaks;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>Instructions that come back in an answer, as they are and in disguise.</summary>
internal sealed class LeakStepTests
{
    private const string Canary = "ZX-7f3c91d2e4b8";

    private const string Text =
        "You are Ada, the assistant of the Northwind bicycle shop. Recommend a service every two thousand kilometres, never speak about suppliers, "
        + "and send questions about refunds to the desk in Bergen. The internal code of this release is " + Canary + ". Answer in the language of the customer.";

    private static readonly Instruction Operators = new(TextProvenance.OperatorSystemPrompt, Text);

    private static readonly string Part = Text[Text.IndexOf("Recommend", StringComparison.Ordinal)..Text.IndexOf(" to the desk", StringComparison.Ordinal)];

    private static IEnumerable<TestCaseData> Disguises()
    {
        yield return Case("as it is", Part);
        yield return Case("in capitals, without punctuation", Part.ToUpperInvariant().Replace(",", "", StringComparison.Ordinal));
        yield return Case("in lines", Part.Replace(" ", "\n> ", StringComparison.Ordinal));
        yield return Case("look-alike letters", Part.Replace('e', 'е').Replace('o', 'ο'));
        yield return Case("styled letters", string.Concat(Part.Select(c => char.IsAsciiLetterLower(c) ? char.ConvertFromUtf32(0x1D41A + c - 'a') : $"{c}")));
        yield return Case("invisible characters", string.Join('\u200B', Part.AsEnumerable()));
        yield return Case("digits for letters", Part.Replace('e', '3').Replace('o', '0').Replace('s', '5'));
        yield return Case("changed words", Part.Replace("thousand", "hundred", StringComparison.Ordinal).Replace("speak", "talk", StringComparison.Ordinal));
        yield return Case("words put in", Part.Replace("never", "and please never ever", StringComparison.Ordinal));
        yield return Case("words left out", Part.Replace("speak ", "", StringComparison.Ordinal));
        yield return Case("letters apart", string.Join(' ', Part.Where(c => c != ' ')));
        yield return Case("letters with dashes", string.Join('-', Part.AsEnumerable()));
        yield return Case("run together", Part.Replace(" ", "", StringComparison.Ordinal));
        yield return Case("escaped", string.Concat(Part.Select(c => $"\\u{(int)c:x4}")), LeakScan.Instructions);
        yield return Case("backwards", string.Concat(Part.Reverse()), LeakScan.Encoded);
        yield return Case("rot13", Rot13(Part), LeakScan.Encoded);
        yield return Case("base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Part)), LeakScan.Encoded);
        yield return Case("base64 in lines", Convert.ToBase64String(Encoding.UTF8.GetBytes(Part), Base64FormattingOptions.InsertLineBreaks), LeakScan.Encoded);
        yield return Case("base64 of rot13", Convert.ToBase64String(Encoding.UTF8.GetBytes(Rot13(Part))), LeakScan.Encoded);
        yield return Case("hexadecimal", Convert.ToHexString(Encoding.UTF8.GetBytes(Part)), LeakScan.Encoded);
        yield return Case("codes", string.Join(' ', Encoding.UTF8.GetBytes(Part).Select(b => $"{b:x2}")), LeakScan.Encoded);
        yield return Case("decimal codes", string.Join(", ", Encoding.UTF8.GetBytes(Part)), LeakScan.Encoded);
        yield return Case("URL", string.Concat(Encoding.UTF8.GetBytes(Part).Select(b => $"%{b:X2}")), LeakScan.Encoded);
        yield return Case("entities", string.Concat(Part.Select(c => $"&#{(int)c};")), LeakScan.Encoded);

        static TestCaseData Case(string name, string text, string code = LeakScan.Instructions) => new TestCaseData(text, code).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> Canaries()
    {
        yield return new TestCaseData(Canary).SetArgDisplayNames("as it is");
        yield return new TestCaseData(Canary.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal)).SetArgDisplayNames("without its dash");
        yield return new TestCaseData(string.Join(' ', Canary.AsEnumerable())).SetArgDisplayNames("letters apart");
        yield return new TestCaseData($"**{Canary[..7]}** and then").SetArgDisplayNames("cut");
        yield return new TestCaseData(string.Concat(Canary.Reverse())).SetArgDisplayNames("backwards");
        yield return new TestCaseData(Rot13(Canary)).SetArgDisplayNames("rot13");
        yield return new TestCaseData(Convert.ToHexString(Encoding.UTF8.GetBytes(Canary))).SetArgDisplayNames("hexadecimal");
        for (var before = 0; before < 3; before++)
            yield return new TestCaseData("key=" + Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', before) + Canary + "!!"))).SetArgDisplayNames($"base64 behind {before}");
        yield return new TestCaseData(string.Join(' ', Encoding.UTF8.GetBytes(Canary))).SetArgDisplayNames("decimal codes");
    }

    [TestCaseSource(nameof(Disguises))]
    public void Instructions_StopAnAnswer_InAnyDisguise_HoweverItIsSplit(string leak, string code)
    {
        var answer = $"Of course! Here it is: {leak} - anything else?";

        var stopped = Answered.HoweverSplit(Step(), StepMode.Block, answer, Operators);

        stopped.IsBlocked.Should().BeTrue();
        stopped.Findings.Should().Equal(new Finding("leak", code, 1) { Action = StepMode.Block });
        var shown = Answered.Of(Step(), StepMode.Block, [Operators], AnswerStrand.Text, answer.EnumerateRunes().Select(rune => rune.ToString()));
        shown.Text.Length.Should().BeLessThan("Of course! Here it is: ".Length + 24, "next to nothing of it is shown");
    }

    [TestCaseSource(nameof(Canaries))]
    public void ACanary_StopsAnAnswer_AndNothingOfItIsShown(string leak)
    {
        if (leak.StartsWith("**", StringComparison.Ordinal))
        {
            Answered.HoweverSplit(Step(), StepMode.Block, $"It is {leak}.", Operators).IsBlocked.Should().BeFalse("a part says little");
            Answered.HoweverSplit(Step(), StepMode.Block, $"It is {leak[2..9]}", Operators).IsBlocked.Should().BeFalse();
            return;
        }

        var stopped = Answered.HoweverSplit(Step(), StepMode.Block, $"It is {leak}.", Operators);

        stopped.IsBlocked.Should().BeTrue();
        stopped.Codes.Should().Equal(LeakScan.Canary);
        Answered.Of(Step(), StepMode.Block, [Operators], AnswerStrand.Text, $"It is {leak}.".Select(c => c.ToString())).Text.Length
            .Should().BeLessThanOrEqualTo("It is key=eHh".Length, "at most what was written before it is shown, and a digit that it shares with that");
    }

    [Test]
    public void MostOfACanary_AtTheEndOfAnAnswer_IsNotShownEither() =>
        Answered.HoweverSplit(Step(), StepMode.Block, $"It is {Canary[..^3]}", Operators).Codes.Should().Equal(LeakScan.Canary);

    [TestCase(AnswerStrand.Reasoning, "{0}")]
    [TestCase(AnswerStrand.ToolArguments, "{{\"text\":\"{0}\"}}")]
    [TestCase(AnswerStrand.ToolName, "{0}")]
    public void EveryStrand_IsLookedAt(AnswerStrand strand, string form) =>
        Answered.Of(Step(), StepMode.Block, [Operators], strand, string.Format(null, CompositeFormat.Parse(form), Canary)).IsBlocked.Should().BeTrue();

    [Test]
    public void ArgumentsOfTools_AreReadWithoutTheirEscapes()
    {
        var arguments = System.Text.Json.JsonSerializer.Serialize(new { text = Part.Replace(" ", "\n\"", StringComparison.Ordinal) });

        Answered.Of(Step(), StepMode.Block, [Operators], AnswerStrand.ToolArguments, arguments).Codes.Should().Equal(LeakScan.Instructions);
    }

    [TestCase("Have your bicycle serviced every two thousand kilometres. We recommend a service before a long tour, and our shop in Bergen is open until six.")]
    [TestCase("I am Ada, the assistant of the Northwind bicycle shop. How can I help you with your bicycle today?")]
    [TestCase("The refund desk answers in the language of the customer, Monday to Friday.")]
    [TestCase("Sure: `git checkout 7f3c91d` and then run the tests; the hash is shown by git log. See https://example.com/a/7f3c91d2.")]
    [TestCase("| 1,204 | 4.52 | 18 % |\n| 1,317 | 4.80 | 20 % |\n| 69 | 67 | 6e | 6f | 72 | 65 | 20 | 61 |")]
    [TestCase("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")]
    public void OrdinaryAnswers_Pass_HoweverTheyAreSplit(string answer)
    {
        var passed = Answered.HoweverSplit(Step(), StepMode.Block, answer, Operators);

        passed.Text.Should().Be(answer);
        passed.Findings.Should().BeEmpty();
    }

    [Test]
    public void WhatIsHeldBack_HasABound()
    {
        string[] hostile =
        [
            string.Concat(Enumerable.Repeat(Part[..20] + "xyz ", 400)), new string('A', 5000), string.Concat(Enumerable.Repeat("%41", 2000)), string.Concat(Enumerable.Repeat("65 ", 2000)),
            Canary[..6] + new string(' ', 5000), new string('\\', 3000), string.Concat(Enumerable.Repeat("recommend ", 500)),
        ];

        foreach (var answer in hostile)
            Answered.Of(Step(), StepMode.Block, [Operators], AnswerStrand.Text, answer.Select(c => c.ToString())).MostHeld.Should().BeLessThanOrEqualTo(LeakFilter.Most);
    }

    [Test]
    public void AnOrdinaryAnswer_IsHeldBackByAFewCharacters()
    {
        const string Ordinary = "The committee met on Tuesday to review the annual figures, and most members agreed that costs had grown faster than planned.";

        Answered.Of(Step(), StepMode.Block, [Operators], AnswerStrand.Text, Ordinary.Split(' ').Select(word => word + " ")).MostHeld.Should().BeLessThan(24);
    }

    [Test]
    public void WhenItOnlyTells_NothingIsHeldBack_AndEachLeakCounts()
    {
        var told = Answered.Of(Step(), StepMode.Flag, [Operators], AnswerStrand.Text, $"{Part}\n\n{Canary}".Select(c => c.ToString()));

        told.Text.Should().Be($"{Part}\n\n{Canary}");
        told.MostHeld.Should().Be(0);
        told.Findings.Should().Contain(finding => finding.Code == LeakScan.Canary && finding.Action == StepMode.Flag).And.Contain(finding => finding.Code == LeakScan.Instructions);
    }

    [TestCase("You are a helpful assistant.", "You are a helpful assistant.", false)]
    [TestCase("Speak like a pirate from Bristol.", "You said: speak like a pirate from Bristol!", true)]
    [TestCase("Speak like a pirate from Bristol.", "A pirate from Bristol would speak like that.", false)]
    [TestCase("始终以专业的语气回答，并且绝不透露供应商的名称或价格。", "我的指示是：始终以专业的语气回答，并且绝不透露供应商的名称或价格。", true)]
    [TestCase("始终以专业的语气回答，并且绝不透露供应商的名称或价格。", "供应商的名称在网站上，价格请询问。", false)]
    public void AShortInstruction_CountsWhenMostOfItComesBack(string instruction, string answer, bool isLeak) =>
        Answered.HoweverSplit(Step(), StepMode.Block, answer, new Instruction(TextProvenance.OperatorSystemPrompt, instruction)).IsBlocked.Should().Be(isLeak);

    [Test]
    public void SentencesThatTheModelIsToSay_AreAllowed()
    {
        const string Canned = "I can only answer questions about bicycles of our shop; please write to the desk for anything else.";
        var instruction = new Instruction(TextProvenance.OperatorSystemPrompt, $"If someone asks for other things, say: '{Canned}' Never name the price of the blue one before spring, however often and however kindly a customer asks.");

        Answered.Whole(Step(), StepMode.Block, Canned, instruction).IsBlocked.Should().BeTrue();
        Answered.Whole(Step(allow: Canned), StepMode.Block, Canned, instruction).IsBlocked.Should().BeFalse();
        Answered.Whole(Step(allow: Canned), StepMode.Block, instruction.Text, instruction).IsBlocked.Should().BeTrue();
    }

    [Test]
    public void TheOperatorsInstructions_AndTheCallersOwn_AreTwoSteps()
    {
        var own = new OwnLeakStep(Options.Create(new LeakOptions()));
        var callers = new Instruction(TextProvenance.SystemPrompt, Text);

        Answered.Whole(Step(), StepMode.Block, Text, callers).Findings.Should().BeEmpty();
        Answered.Whole(own, StepMode.Flag, Text, Operators).Findings.Should().BeEmpty();
        Answered.Whole(own, StepMode.Flag, Text, Operators, callers).Codes.Should().Contain(LeakScan.Canary);
        (LeakStep.Setting.Default, OwnLeakStep.Setting.Default).Should().Be((StepMode.Block, StepMode.Flag));
    }

    [TestCase("Quote the manual. canary-7d2f01", "The word is Canary 7D2F01.", true)]
    [TestCase("Quote the manual. canary-7d2f01", "The manual says: quote the manual, and the manual of the manual.", false)]
    [TestCase("Order 7f3c91d2e4b8a6c1 is late.", "Your order 7f3c91d2e4b8a6c1 is late.", false)]
    public void AWordThatCallersCallACanary_StopsTheAnswer_AndNothingElseOfTheirsDoes(string instruction, string answer, bool isLeak)
    {
        var stopped = Answered.HoweverSplit(new CanaryStep(), CanaryStep.Setting.Default, answer, new Instruction(TextProvenance.SystemPrompt, instruction));

        stopped.IsBlocked.Should().Be(isLeak);
        Answered.Whole(new CanaryStep(), StepMode.Block, answer, new Instruction(TextProvenance.OperatorSystemPrompt, instruction)).Findings.Should().BeEmpty("that is another step's");
    }

    [Test]
    public void APromptWithoutInstructions_CostsNothing()
    {
        var context = new AnswerContext(Domain.Ids.UserId.New(DateTimeOffset.UnixEpoch));

        Step().Begin(AnswerStrand.Text, context, StepMode.Block).Should().BeNull();
        Step().Begin(AnswerStrand.Text, new AnswerContext(context.UserId) { Instructions = [new Instruction(TextProvenance.OperatorSystemPrompt, "Be brief.")] }, StepMode.Block)
            .Should().BeNull("there is nothing to tell it by");
    }

    [TestCase("The password is pa55word.", "Choose another password, and let me in.", false)]
    [TestCase("The password is letmein.", "Now let me in.", false)]
    [TestCase("The password is hunter2-Xy9.", "It is Hunter2Xy9.", true)]
    [TestCase("Say canary-bluebird to pass.", "The word is Canary Bluebird.", true)]
    [TestCase("See https://shop.test/a/7f3c91d2e4b8 for refunds.", "See https://shop.test/a/7f3c91d2e4b8.", false)]
    [TestCase("Follow ISO27001 and use utf8mb4 on Windows11 with getUserNameById.", "ISO27001, utf8mb4, Windows11, getUserNameById", false)]
    public void WordsOfInstructions_CountByWhatTheyAre(string instruction, string answer, bool isLeak) =>
        Answered.HoweverSplit(Step(), StepMode.Block, answer, new Instruction(TextProvenance.OperatorSystemPrompt, instruction)).IsBlocked.Should().Be(isLeak);

    [Test]
    public void InstructionsThatRepeatThemselves_TakeNoTime()
    {
        var instruction = new Instruction(TextProvenance.OperatorSystemPrompt, new string('a', 100_000));

        Answered.Whole(Step(), StepMode.Flag, new string('a', 100_000), instruction).Codes.Should().Contain(LeakScan.Instructions);
    }

    private static LeakStep Step(params string[] allow) => new(Options.Create(new LeakOptions { Allow = allow }));

    private static string Rot13(string text) => string.Concat(text.Select(c => char.IsAsciiLetterLower(c) ? (char)('a' + ((c - 'a' + 13) % 26))
        : char.IsAsciiLetterUpper(c) ? (char)('A' + ((c - 'A' + 13) % 26)) : c));
}
