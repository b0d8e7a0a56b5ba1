namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>Ways of writing that hide every word of a text, and are told by one of its words.</summary>
[Flags]
internal enum Cipher
{
    /// <summary>Plain.</summary>
    None = 0,

    /// <summary>Backwards.</summary>
    Reversed = 1,

    /// <summary>Letters turned by 13 places.</summary>
    Rotated = 2,
}

/// <summary>Undoes them; each undoes itself.</summary>
internal static class Ciphers
{
    /// <summary>Shorter words may be others by chance.</summary>
    public const int ShortestWord = 6;

    /// <summary>The text backwards.</summary>
    public static string Reverse(string text) => string.Create(text.Length, text, static (letters, text) =>
    {
        text.CopyTo(letters);
        letters.Reverse();
    });

    /// <summary>The text with Latin letters turned by 13 places.</summary>
    public static string Rotate(string text) => string.Create(text.Length, text, static (letters, text) =>
    {
        for (var i = 0; i < text.Length; i++)
            letters[i] = Rotate(text[i]);
    });

    /// <summary>A letter turned by 13 places; any other character itself.</summary>
    public static char Rotate(char c) => c switch
    {
        >= 'a' and <= 'z' => (char)('a' + ((c - 'a' + 13) % 26)),
        >= 'A' and <= 'Z' => (char)('A' + ((c - 'A' + 13) % 26)),
        _ => c,
    };
}
