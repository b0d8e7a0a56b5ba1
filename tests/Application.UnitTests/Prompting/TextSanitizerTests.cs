using CleanLlm.Application.Prompting;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class TextSanitizerTests
{
    [TestCase("\u0301", "\u0316", 32)]
    [TestCase("\U0001D185", "\U0001D17B", 32)]
    [TestCase("e\u0301", "a\u0302\u0316", 1_000)]
    public void Normalize_OfMarksThatLanguagesMayHave_IsThatOfUnicode(string first, string second, int count)
    {
        var text = "a" + string.Concat(Enumerable.Repeat(first, count)) + string.Concat(Enumerable.Repeat(second, count));

        string.Equals(TextSanitizer.Normalize(text, out _), text.Normalize(), StringComparison.Ordinal).Should().BeTrue();
    }

    // Ordering them would take the library days.
    [TestCase("\u0301", "\u0316")]
    [TestCase("\U0001D185", "\U0001D17B")]
    [TestCase("\u0E48\u302E", "\u0316")]
    public async Task Normalize_OfMegabytesOfMarks_EndsSoon_AndKeepsEachOfThem(string first, string second)
    {
        var text = "a" + string.Concat(Enumerable.Repeat(first, 1_000_000)) + string.Concat(Enumerable.Repeat(second, 1_000_000));

        var clean = await Task.Run(() => TextSanitizer.Normalize(text, out _)).WaitAsync(Patience.Limit);

        clean.Length.Should().BeCloseTo(text.Length, 1);
    }

    [TestCase("")]
    [TestCase("plain text")]
    [TestCase("tab\tand\r\nlines")]
    [TestCase("Grüße, 你好, سلام, \u0915\u094D\u0937")]
    public void Clean_WhenNothingIsWrong_GivesTheSameText(string text)
    {
        TextSanitizer.Clean(text, out var removed).Should().BeSameAs(text);
        removed.Should().Be(0);
    }

    [TestCase("a\0b\u0007c\u001Bd\u007Fe\u0085f\u009Fg", "abcdefg", 6, TestName = "Clean_RemovesControls")]
    [TestCase("a\u202Eb\u202Dc\u2066d\u2069e\u200Ef\u200Fg\u061Ch", "abcdefgh", 7, TestName = "Clean_RemovesBidirectionalControls")]
    [TestCase("a\u200Bb\u2060c\uFEFFd\u180Ee\u00ADf", "abcdef", 5, TestName = "Clean_RemovesZeroWidth")]
    [TestCase("a\uFFF9b\uFFFAc\uFFFBd", "abcd", 3, TestName = "Clean_RemovesAnnotations")]
    [TestCase("a\uFFFEb\uFFFFc", "abc", 2, TestName = "Clean_RemovesNonCharacters")]
    [TestCase("hi\U000E0069\U000E0067\U000E007F!", "hi!", 3, TestName = "Clean_RemovesTags")]
    public void Clean_RemovesWhatNobodySees(string text, string expected, int count)
    {
        TextSanitizer.Clean(text, out var removed).Should().Be(expected);
        removed.Should().Be(count);
    }

    [TestCase("\U0001F468\u200D\U0001F469\u200D\U0001F467", TestName = "Clean_KeepsJoinersOfEmoji")]
    [TestCase("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", TestName = "Clean_KeepsNonJoinersOfPersian")]
    [TestCase("\U0001F600 \U00020BB7", TestName = "Clean_KeepsWhatLiesBeyondTheFirstPlane")]
    public void Clean_KeepsWhatScriptsNeed(string text)
    {
        TextSanitizer.Clean(text, out var removed).Should().Be(text);
        removed.Should().Be(0);
    }

    [TestCase("a\u200Db", "ab", 1)]
    [TestCase("\u200Ca", "a", 1)]
    [TestCase("م\u200C\u200Cخ", "م\u200Cخ", 1)]
    [TestCase("م\u200D\u200C\u200D\u200Cخ", "م\u200Dخ", 3)]
    public void Clean_RemovesJoinersThatJoinNothing(string text, string expected, int count)
    {
        TextSanitizer.Clean(text, out var removed).Should().Be(expected);
        removed.Should().Be(count);
    }

    [Test]
    public void Clean_ReplacesUnpairedSurrogates()
    {
        TextSanitizer.Clean("a\uD83Db\uDE00c", out _).Should().Be("a\uFFFDb\uFFFDc");
        TextSanitizer.Clean("a\uD83D", out _).Should().Be("a\uFFFD");
    }

    [TestCase('م', "\u200Cخ")]
    [TestCase('\uDC68', "\u200Cخ")]
    [TestCase('a', "خ")]
    [TestCase('\u200C', "خ")]
    [TestCase('\0', "خ")]
    public void Clean_OfAPiece_JudgesAJoinerByWhatCameBefore(char before, string expected) =>
        TextSanitizer.Clean("\u200Cخ", out _, before).Should().Be(expected);

    [Test]
    public void Clean_Twice_ChangesNoMore()
    {
        var all = string.Concat(Enumerable.Range(0, 0x110000 / 7).Select(i => i * 7).Where(c => c is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32));

        var once = TextSanitizer.Clean(all, out var removed);

        removed.Should().BePositive();
        TextSanitizer.Clean(once, out var again).Should().Be(once);
        again.Should().Be(0);
    }
}
