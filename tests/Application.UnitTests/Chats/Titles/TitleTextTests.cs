using CleanLlm.Application.Chats.Titles;

namespace CleanLlm.Application.UnitTests.Chats.Titles;

public sealed class TitleTextTests
{
    [TestCase("What is love", "What is love")]
    [TestCase("  \"What is love?\"  ", "What is love?")]
    [TestCase("**What's love**", "What's love")]
    [TestCase("„Was ist Liebe“.", "Was ist Liebe")]
    [TestCase("\n\nFirst line\nSecond line", "First line")]
    [TestCase("# Heading", "Heading")]
    [TestCase("a\tb  \u0007c\u200bd", "a b cd")]
    [TestCase("one\u2028two", "one")]
    [TestCase("", null)]
    [TestCase(" \"\" \n ''", null)]
    public void Of_LeavesOnePlainLine(string written, string? title) => TitleText.Of(written).Should().Be(title);

    [Test]
    public void Of_ALongLine_IsCutAtAWord_AndNeverInsideACharacter()
    {
        TitleText.Of(string.Join(' ', Enumerable.Repeat("word", 50))).Should().HaveLength(79).And.EndWith("word");
        TitleText.Of(new string('x', 500)).Should().HaveLength(80);
        var smiles = TitleText.Of("x" + string.Concat(Enumerable.Repeat("🙂", 100)))!;
        smiles.Should().HaveLength(79);
        char.IsHighSurrogate(smiles[^1]).Should().BeFalse();
    }
}
