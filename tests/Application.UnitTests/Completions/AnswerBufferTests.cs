
namespace CleanLlm.Application.UnitTests.Completions;

internal sealed class AnswerBufferTests
{
    [Test]
    public void Append_ShowsAndKeepsWhatIsClean()
    {
        var buffer = Chains.Buffer();

        buffer.Append("He\u0000l").Should().Be("Hel");
        buffer.Append("lo\u202E!").Should().Be("lo!");
        buffer.Text.Should().Be("Hello!");
    }

    [Test]
    public void Append_WhenASurrogatePairIsSplit_WaitsForItsOtherHalf()
    {
        var buffer = Chains.Buffer();

        buffer.Append("a\uD83D").Should().Be("a");
        buffer.Append("").Should().BeEmpty();
        buffer.Append("\uDE00b").Should().Be("\U0001F600b");
        buffer.Text.Should().Be("a\U0001F600b");
    }

    [Test]
    public void Append_WhenTheOtherHalfNeverComes_ReplacesIt()
    {
        var buffer = Chains.Buffer();

        buffer.Append("\uD83D").Should().BeEmpty();
        buffer.Append("b").Should().Be("\uFFFDb");
        buffer.Append("\uDE00").Should().Be("\uFFFD");
    }

    [Test]
    public void Append_WhenAJoinerBeginsAPiece_JudgesItByThePieceBefore()
    {
        var buffer = Chains.Buffer();

        buffer.Append("\U0001F468");
        buffer.Append("\u200D").Should().Be("\u200D");
        buffer.Append("\u200D").Should().BeEmpty("one joiner is enough");
        buffer.Append("\U0001F469a");
        buffer.Append("\u200D").Should().BeEmpty("ASCII is not joined");
        buffer.Text.Should().Be("\U0001F468\u200D\U0001F469a");
    }

    [Test]
    public void Bytes_AreThoseOfUtf8()
    {
        var buffer = Chains.Buffer();

        buffer.Append("€€");
        buffer.Bytes.Should().Be(6);
        buffer.Append("a");
        buffer.Bytes.Should().Be(7);
    }
}
