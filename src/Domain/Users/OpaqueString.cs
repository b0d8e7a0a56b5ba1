using System.Globalization;
using System.Text;

namespace CleanLlm.Domain.Users;

/// <summary>
/// A password as it is hashed, whatever keyboard typed it: the profile OpaqueString of RFC 8265 (4.2). Every space becomes U+0020, the text
/// NFC; case, width and all else stay as they are.
/// </summary>
public static class OpaqueString
{
    /// <summary>Whether the text can be prepared: half of a surrogate pair and noncharacters cannot.</summary>
    public static bool IsText(string text) => UnicodeText.IsWhole(text);

    /// <summary>The text as it is hashed; one that cannot be prepared stays as it is.</summary>
    public static string Prepare(string text)
    {
        if (Ascii.IsValid(text) || !IsText(text))
            return text;
        var spaced = string.Create(text.Length, text, static (prepared, text) =>
        {
            for (var i = 0; i < text.Length; i++)
                prepared[i] = char.GetUnicodeCategory(text[i]) == UnicodeCategory.SpaceSeparator ? ' ' : text[i];
        });
        return spaced.Normalize();
    }
}
