using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.UnitTests.Prompting.Screening;

internal sealed class WeighingTests
{
    private const string Lines = """
        words a = one
        words b = two
        words t = topic
        words s = test
        rule instruction_override 60 = a
        rule instruction_override 40 = b
        rule persona_override 40 = s
        rule discussion 50 = t
        markup role_forgery 70 = <sys>
        """;

    [TestCase("one", 60)]
    [TestCase("one one", 60, Description = "A rule counts once.")]
    [TestCase("two one", 68, Description = "A second rule of the same reason counts for half.")]
    [TestCase("one test", 76, Description = "Another reason counts whole.")]
    [TestCase("\"one\"", 60, Description = "A quotation alone excuses nothing.")]
    [TestCase("topic: \"one\"", 9)]
    [TestCase("\"topic\" \"one\"", 60, Description = "Talk counts where it is said, not where it is quoted.")]
    [TestCase("topic one", 30)]
    [TestCase("topic. one", 60, Description = "Talk excuses its own sentence alone.")]
    [TestCase("<SYS>", 70)]
    [TestCase("topic <sys>", 35)]
    [TestCase("three", 0)]
    public void AScore_IsThatOfIndependentCauses(string text, int score) => Screener().Screen(text).Score.Should().Be(score);

    [Test]
    public void Reasons_AreThoseThatWeighSomething_WithTheirRules()
    {
        Screener().Screen("one two test").Reasons.Should().BeEquivalentTo(new Dictionary<string, int>(StringComparer.Ordinal)
        {
            [Reasons.InstructionOverride] = 2,
            [Reasons.PersonaOverride] = 1,
        });
        Screener().Screen("topic: \"one\"").Reasons.Should().BeEmpty();
    }

    [TestCase(TextProvenance.User, 40)]
    [TestCase(TextProvenance.SystemPrompt, 10)]
    [TestCase(TextProvenance.ToolResult, 54)]
    public void AScore_DependsOnWhereTheTextComesFrom(TextProvenance provenance, int score)
    {
        var rules = Rules();

        new Weighing(rules).Weigh(new TextScreening(rules).Screen("test"), provenance).Score.Should().Be(score);
    }

    [Test]
    public void AnEncodedText_IsAReasonOfItsOwn()
    {
        var verdict = Screener().Screen("b25lIG9uZSBvbmUgb25l");

        verdict.Reasons.Should().ContainKeys(Reasons.EncodedPayload, Reasons.InstructionOverride);
        verdict.Score.Should().Be(72);
    }

    private static InjectionScreener Screener() => new(Rules());

    private static RuleSet Rules()
    {
        var file = new RuleFile();
        file.Read("test.txt", Lines);
        return new RuleSet(file);
    }
}
