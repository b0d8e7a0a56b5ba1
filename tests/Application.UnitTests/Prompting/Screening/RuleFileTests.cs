using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.UnitTests.Prompting.Screening;

internal sealed class RuleFileTests
{
    private const string Words = "words a = one\nwords b = two, three four, fiv*\nwords n = not\nwords t = topic\n";

    [TestCase("nonsense", "no ' = '")]
    [TestCase("words a = ", "no ' = '")]
    [TestCase("word a = b", "none of")]
    [TestCase("rule no_reason 50 = a", "no reason 'no_reason'")]
    [TestCase("rule role_forgery 0 = a", "1 to 99, not '0'")]
    [TestCase("rule role_forgery 100 = a", "1 to 99, not '100'")]
    [TestCase("rule role_forgery x = a", "1 to 99, not 'x'")]
    [TestCase("rule role_forgery 50 = ~2 a", "A gap")]
    [TestCase("rule role_forgery 50 = a ~13 a", "A gap")]
    [TestCase("rule role_forgery 50 = a ~2", "ends without a class")]
    [TestCase("rule role_forgery 50 = -a", "ends without a class")]
    [TestCase("words a = b*c", "star inside")]
    [TestCase("words a = b,,c", "no word")]
    [TestCase("markup discussion 50 = abc", "no reason 'discussion'")]
    [TestCase("markup role_forgery 50 = ab", "three characters")]
    [TestCase("look-alike a = \u0430 \u0430", "twice")]
    public void AWrongLine_IsNamedByFileAndLine(string line, string fault)
    {
        var act = () => new RuleFile().Read("my.txt", "# comment\n\n" + line);

        act.Should().Throw<FormatException>().WithMessage("my.txt, line 3: *").WithMessage($"*{fault}*");
    }

    [TestCase("rule role_forgery 50 = a ~1 missing\n", "'missing', which has no words")]
    [TestCase("rule role_forgery 50 = -missing a\n", "'missing', which has no words")]
    [TestCase("words unused = word\nrule role_forgery 50 = a\n", "No rule uses the class")]
    public void ClassesThatDoNotFit_AreNamed(string lines, string fault)
    {
        var act = () => Rules("words a = one\n" + lines);

        act.Should().Throw<FormatException>().WithMessage($"*{fault}*");
    }

    [Test]
    public void TheRulesOfTheProgram_AreRight_AndOfEveryReason()
    {
        var rules = BuiltInRules.Load();

        rules.Rules.Concat(rules.Markup.Select(markup => new Rule(markup.Code, markup.Weight, [], null))).Select(rule => rule.Code).Distinct()
            .Should().BeEquivalentTo(Reasons.OfRules);
    }

    [TestCase("one two", true)]
    [TestCase("one x two", true)]
    [TestCase("one x y two", true)]
    [TestCase("one x y z two", false)]
    [TestCase("two one", false)]
    [TestCase("one one x x two", true, Description = "The nearest beginning counts.")]
    [TestCase("ONE, Three\nFour", true)]
    [TestCase("one three", false)]
    [TestCase("one fiveish", true)]
    [TestCase("ones two", false)]
    [TestCase("not one two", false)]
    [TestCase("not x x one two", false)]
    [TestCase("not x x x one two", true)]
    [TestCase("one. x. two", false, Description = "The end of a sentence is as wide as two words.")]
    public void ARule_IsASequenceOfWordsWithBoundedGaps(string text, bool isMet) =>
        Met(Words + "rule role_forgery 60 = -n a ~2 b\nrule discussion 50 = t\n", text).Should().Be(isMet);

    [TestCase("one one", true)]
    [TestCase("one", false)]
    public void AWord_DoesNotFollowItself(string text, bool isMet) => Met("words a = one\nrule role_forgery 60 = a ~2 a\n", text).Should().Be(isMet);

    [TestCase("xx甲yy乙zz", true)]
    [TestCase("甲yyyyyyy乙", true, Description = "A run of Latin letters is one word.")]
    [TestCase("甲一二三四五六乙", false)]
    public void WordsWithoutSpaces_AreFoundAnywhere(string text, bool isMet) => Met("words a = 甲\nwords b = 乙\nrule role_forgery 60 = a ~2 b\n", text).Should().Be(isMet);

    private static bool Met(string rules, string text) => new InjectionScreener(Rules(rules)).Screen(text).Reasons.ContainsKey(Reasons.RoleForgery);

    private static RuleSet Rules(string text)
    {
        var file = new RuleFile();
        file.Read("test.txt", text);
        return new RuleSet(file);
    }
}
