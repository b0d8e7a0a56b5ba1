using System.Buffers;
using System.Text;
using CleanLlm.Application.Prompting.Screening.Decoding;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Collects words of a growing text that look encoded (long runs of base64 or of hexadecimal digits, escapes, lists of codes) up to the next ordinary
/// word, and decodes them at its end, and whenever 64 more characters have come.
/// </summary>
/// <param name="decoded">Is given what was decoded.</param>
internal sealed class EncodedText(Action<string> decoded)
{
    private const int LongRun = 16;
    private const int FewestCodes = 2;
    private const int Often = 64;
    private const int Most = 1_024;

    private static readonly SearchValues<char> Blob = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    private readonly StringBuilder text = new();
    private int at;
    private int start;
    private int codes;
    private int undecoded;
    private bool isSure;
    private Word word = new();

    /// <summary>Where it begins to look encoded; the greatest number when it does not.</summary>
    public int OpenFrom => isSure || codes >= FewestCodes ? start : int.MaxValue;

    /// <summary>What a text holds in encoded form, one level deep.</summary>
    public static IEnumerable<string> Views(string text)
    {
        if (Escapes.Decode(text) is { } unescaped)
            yield return unescaped;
        foreach (var blob in Blobs.Decode(text))
            yield return blob;
        foreach (var listed in CharacterCodes.Decode(text))
            yield return listed;
    }

    /// <summary>Takes in a piece.</summary>
    public void Add(string piece)
    {
        foreach (var c in piece)
        {
            if (char.IsWhiteSpace(c))
                EndWord(c);
            else
                Add(c);
            at++;
            if (undecoded >= Often)
                Decode();
        }
    }

    /// <summary>The text has ended.</summary>
    public void End() => Decode();

    private void Add(char c)
    {
        if (text.Length == 0)
            start = at;
        // A space may have made it longer.
        if (text.Length >= Most)
        {
            text.Remove(0, Most / 2);
            start += Most / 2;
        }

        text.Append(c);
        word.Add(c);
        isSure |= word.Run >= LongRun || word.IsMarked;
        if (isSure || codes > 0)
            undecoded++;
    }

    private void EndWord(char space)
    {
        codes += word.IsCode ? 1 : 0;
        if (word.IsOrdinary)
        {
            Decode();
            text.Clear();
            (isSure, codes) = (false, 0);
        }
        else if (text.Length > 0)
        {
            text.Append(space);
        }

        word = new Word();
    }

    private void Decode()
    {
        if (undecoded == 0)
            return;
        undecoded = 0;
        if (!isSure && codes < FewestCodes)
            return;
        foreach (var view in Views(text.ToString()))
            decoded(view);
    }

    /// <summary>What is known of a word.</summary>
    private struct Word()
    {
        private bool hasLetter;
        private bool hasDigit;
        private bool isHex = true;
        private bool isLong;

        /// <summary>How many characters of base64 it ends in.</summary>
        public int Run { get; private set; }

        /// <summary>Whether it has a mark with which escapes begin.</summary>
        public bool IsMarked { get; private set; }

        /// <summary>Whether it is the code of a character.</summary>
        public readonly bool IsCode => isHex && hasDigit;

        /// <summary>Whether it is one of an ordinary text.</summary>
        public readonly bool IsOrdinary => !isLong && !IsMarked && !IsCode && (hasLetter || hasDigit);

        public void Add(char c)
        {
            Run = Blob.Contains(c) ? Run + 1 : 0;
            isLong |= Run >= LongRun;
            IsMarked |= c is '%' or '\\' or '&';
            hasDigit |= char.IsAsciiDigit(c);
            hasLetter |= char.IsLetter(c);
            isHex &= !char.IsLetter(c) || char.IsAsciiHexDigit(c) || c is 'x' or 'X' or 'U' or 'u';
        }
    }
}
