using System.Text;
using CleanLlm.Application.Prompting;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class VariationSelectorTests
{
    [TestCase("\u2764\uFE0F", TestName = "Clean_KeepsAHeart")]
    [TestCase("1\uFE0F\u20E3 #\uFE0F\u20E3 *\uFE0F\u20E3", TestName = "Clean_KeepsKeycaps")]
    [TestCase("\u2139\uFE0F \u203C\uFE0F \u2049\uFE0F \u3030\uFE0F \u00A9\uFE0F \u2194\uFE0E", TestName = "Clean_KeepsEmojiOfOtherCategories")]
    [TestCase("\U0001F468\u200D\U0001F469\u200D\U0001F467", TestName = "Clean_KeepsAFamily")]
    [TestCase("\U0001F3F3\uFE0F\u200D\U0001F308", TestName = "Clean_KeepsARainbowFlag")]
    [TestCase("\U0001F575\U0001F3FD\u200D\u2642\uFE0F", TestName = "Clean_KeepsADetectiveWithSkin")]
    [TestCase("\U0001F1E9\U0001F1EA", TestName = "Clean_KeepsACountrysFlag")]
    [TestCase("\u845B\U000E0100\u57CE", TestName = "Clean_KeepsAFormOfAnIdeograph")]
    [TestCase("\U00020BB7\U000E0101", TestName = "Clean_KeepsAFormBeyondTheFirstPlane")]
    [TestCase("\u6F22\uFE00 \u3001\uFE01", TestName = "Clean_KeepsStandardizedForms")]
    [TestCase("\u2229\uFE00 0\uFE00", TestName = "Clean_KeepsFormsOfMathematics")]
    [TestCase("\u1820\u180B\u1820\u180C\u1820\u180D\u1820\u180F", TestName = "Clean_KeepsFormsOfMongolian")]
    [TestCase("\u1000\uFE00", TestName = "Clean_KeepsFormsOfMyanmar")]
    [TestCase("\U00013091\uFE03", TestName = "Clean_KeepsTurnedHieroglyphs")]
    public void Clean_KeepsFormsThatAreShown(string text)
    {
        TextSanitizer.Clean(text, out var removed).Should().Be(text);
        removed.Should().Be(0);
    }

    [TestCase("a\uFE0Fb", "ab", 1)]
    [TestCase("a\U000E0100b", "ab", 1)]
    [TestCase("\uFE0Fa", "a", 1)]
    [TestCase("a\u180Bb\u180Fc", "abc", 2)]
    [TestCase("\u2764\uFE0F\uFE0F", "\u2764\uFE0F", 1)]
    [TestCase("\u845B\U000E0100\U000E0100", "\u845B\U000E0100", 1)]
    [TestCase("\u845B\uFE0F", "\u845B", 1)]
    [TestCase("\U0001F600\U000E0100", "\U0001F600", 1)]
    [TestCase("\u6F22\uFE03", "\u6F22", 1)]
    [TestCase("1\uFE05", "1", 1)]
    [TestCase("\u2764\uFE07", "\u2764", 1)]
    [TestCase(".\uFE0F", ".", 1)]
    public void Clean_RemovesSelectorsThatShowNothing(string text, string expected, int count)
    {
        TextSanitizer.Clean(text, out var removed).Should().Be(expected);
        removed.Should().Be(count);
    }

    // A byte is a selector: the first sixteen values and all others.
    [Test]
    public void Clean_OfEveryByteHiddenBehindAnEmoji_LeavesNoneButOneThatIsShown()
    {
        var hidden = string.Concat(Enumerable.Range(0, 256).Select(value => new Rune(value < 16 ? 0xFE00 + value : 0xE0100 + value - 16)));

        TextSanitizer.Clean("\U0001F600" + hidden, out var removed).EnumerateRunes().Count(rune => VariationSelectors.Contain(rune.Value)).Should().BeLessThanOrEqualTo(1);
        removed.Should().BeGreaterThanOrEqualTo(255);
    }

    [TestCase(0x1F600, "\uFE0F!", "\uFE0F!")]
    [TestCase(0x1F600, "\U000E0100!", "!")]
    [TestCase(0x20000, "\U000E0100!", "\U000E0100!")]
    [TestCase('\uFE0F', "\uFE0F!", "!")]
    [TestCase('葛', "\U000E0100!", "\U000E0100!")]
    public void Clean_OfAPiece_JudgesASelectorByWhatCameBefore(int before, string text, string expected) =>
        TextSanitizer.Clean(text, out _, before).Should().Be(expected);
}
