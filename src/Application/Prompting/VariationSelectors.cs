using System.Globalization;
using System.Text;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Characters that choose a form of the one before them, and show nothing by themselves (Unicode 23.4, UTS 51, UTS 37). A run of them, or one
/// behind a character that has no such form, carries hidden data.
/// </summary>
internal static class VariationSelectors
{
    /// <summary>Whether a character is one.</summary>
    public static bool Contain(int rune) => rune is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    /// <summary>Whether it may stand behind a character.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="before">What it follows.</param>
    public static bool MayFollow(int selector, int before) => selector switch
    {
        0xFE0E or 0xFE0F => IsSymbol(before),
        >= 0xE0100 => IsIdeograph(before),
        >= 0x180B and <= 0x180F => before is >= 0x1800 and <= 0x18AF,
        0xFE00 => before is '0' || IsPlainSymbol(before) || IsLetterWithForms(before) || HasTwoForms(before) || HasThreeForms(before),
        0xFE01 => HasTwoForms(before) || HasThreeForms(before),
        0xFE02 => HasThreeForms(before),
        >= 0xFE03 and <= 0xFE06 => IsHieroglyph(before),
        _ => false,
    };

    // Shown as text or as emoji: symbols, what keycaps are made of, and four that are no symbols.
    private static bool IsSymbol(int c) => IsPlainSymbol(c) || c is '#' or '*' or (>= '0' and <= '9') or 0x203C or 0x2049 or 0x2139 or 0x3030 or (>= 0x1F000 and <= 0x1FAFF);

    private static bool IsPlainSymbol(int c) =>
        c >= 0x80 && Rune.IsValid(c) && Rune.GetUnicodeCategory(new Rune(c)) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol;

    // Myanmar and Phags-pa.
    private static bool IsLetterWithForms(int c) => c is (>= 0x1000 and <= 0x109F) or (>= 0xAA60 and <= 0xAA7F) or (>= 0xA840 and <= 0xA877);

    // Punctuation of East Asia, in its corner or in the middle.
    private static bool HasTwoForms(int c) => c is 0x3001 or 0x3002 or 0xFF01 or 0xFF0C or 0xFF0E or 0xFF1A or 0xFF1B or 0xFF1F;

    private static bool HasThreeForms(int c) => IsIdeograph(c) || IsHieroglyph(c);

    private static bool IsHieroglyph(int c) => c is >= 0x13000 and <= 0x143FA;

    private static bool IsIdeograph(int c) => c is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFD);
}
