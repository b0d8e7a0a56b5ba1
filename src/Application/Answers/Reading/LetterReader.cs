using System.Globalization;
using System.Text;
using CleanLlm.Application.Prompting.Screening.Folding;

namespace CleanLlm.Application.Answers.Reading;

/// <summary>
/// Folds the pieces of a text as they come: lower case, without marks and invisible characters, look-alikes as the letter that they look like, and
/// the escapes of JSON undone. It gives the same whatever the pieces are.
/// </summary>
internal sealed class LetterReader(FoldTable table)
{
    // Unicode tags are ASCII that is not shown.
    private const int FirstTag = 0xE0020;
    private const int LastTag = 0xE007E;
    private const int TagOffset = 0xE0000;
    private const int HexDigits = 4;

    private Letter[] letters = new Letter[64];
    private int count;
    private int at;
    private bool wasSeparated = true;
    private int escapedAt = -1;
    private int hexLeft;
    private int code;

    /// <summary>How many characters were read.</summary>
    public int Length => at;

    /// <summary>Where an escape begins that is not yet whole; the greatest number when there is none.</summary>
    public int OpenFrom => escapedAt < 0 ? int.MaxValue : escapedAt;

    /// <summary>The letters of the next piece; good until the next call.</summary>
    public ReadOnlySpan<Letter> Read(ReadOnlySpan<char> piece)
    {
        count = 0;
        for (var i = 0; i < piece.Length; i++, at++)
        {
            var c = piece[i];
            if (escapedAt >= 0)
            {
                Escaped(c);
            }
            else if (c == '\\')
            {
                escapedAt = at;
            }
            else if (char.IsHighSurrogate(c) && i + 1 < piece.Length && char.IsLowSurrogate(piece[i + 1]))
            {
                Beyond(new Rune(c, piece[i + 1]), at);
                (i, at) = (i + 1, at + 1);
            }
            else
            {
                Fold(c, at, at + 1);
            }
        }

        return letters.AsSpan(0, count);
    }

    /// <summary>A whole text, folded: words with one space between them.</summary>
    public static string Words(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var letter in Of(text))
            folded.Append(letter.Value);
        return folded.ToString().Trim();
    }

    /// <summary>The letters of a whole text.</summary>
    public static ReadOnlySpan<Letter> Of(string text) => New().Read(text);

    /// <summary>A reader with the look-alikes that come with the program.</summary>
    public static LetterReader New() => new(Prompting.Screening.BuiltInRules.Load().Folder.Table);

    private void Escaped(char c)
    {
        if (hexLeft > 0)
        {
            if (char.IsAsciiHexDigit(c))
            {
                code = (code << 4) | int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                if (--hexLeft == 0)
                    Fold((char)code, EndEscape(), at + 1);
                return;
            }

            hexLeft = 0;
            EndEscape();
            Fold(c, at, at + 1);
            return;
        }

        switch (c)
        {
            case '\\':
                break;
            case 'u':
                (hexLeft, code) = (HexDigits, 0);
                break;
            case 'n' or 'r' or 't' or 'b' or 'f':
                Separate(EndEscape());
                break;
            default:
                EndEscape();
                Fold(c, at, at + 1);
                break;
        }
    }

    private int EndEscape()
    {
        var start = escapedAt;
        escapedAt = -1;
        return start;
    }

    private void Beyond(Rune rune, int start)
    {
        var letter = rune.Value is >= FirstTag and <= LastTag ? table[(char)(rune.Value - TagOffset)] : table.Beyond(rune);
        Add(letter, start, start + 2);
    }

    private void Fold(char c, int start, int end)
    {
        var letter = table[c];
        if (letter != FoldTable.Expands)
        {
            Add(c is '\'' or '’' ? FoldTable.Dropped : letter, start, end);
            return;
        }

        foreach (var one in table.Several(c))
            Add(one, start, end);
    }

    private void Add(char letter, int start, int end)
    {
        switch (letter)
        {
            case FoldTable.Dropped:
                break;
            case FoldTable.Space or FoldTable.Break or FoldTable.Quote:
                Separate(start);
                break;
            default:
                wasSeparated = false;
                Put(new Letter(letter, start, end));
                break;
        }
    }

    private void Separate(int start)
    {
        if (!wasSeparated)
            Put(new Letter(Letter.Separator, start, at + 1));
        wasSeparated = true;
    }

    private void Put(Letter letter)
    {
        if (count == letters.Length)
            Array.Resize(ref letters, letters.Length * 2);
        letters[count++] = letter;
    }
}
