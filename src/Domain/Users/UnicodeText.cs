using System.Globalization;
using System.Text;

namespace CleanLlm.Domain.Users;

/// <summary>What Unicode says about the characters of a text.</summary>
internal static class UnicodeText
{
    /// <summary>Whether it holds whole characters only: no half of a surrogate pair and no noncharacter. Others cannot be normalised.</summary>
    public static bool IsWhole(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done || IsNoncharacter(rune.Value))
                return false;
            rest = rest[length..];
        }

        return true;
    }

    /// <summary>Whether a reader sees it: no control or format character, no space, nothing that is ignored when shown, nothing unassigned.</summary>
    public static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        && rune != Rune.ReplacementChar
        && !IsIgnored(rune.Value);

    private static bool IsNoncharacter(int rune) => (rune & 0xFFFE) == 0xFFFE || rune is >= 0xFDD0 and <= 0xFDEF;

    // Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, as far as it is no format character.
    private static bool IsIgnored(int rune) => rune is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or 0xFFA0
        or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
