using System.Text;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening.Decoding;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>A text in the form that leaks are looked for in: its folded letters and nothing between them, digits as the letters that they stand for.</summary>
internal static class SqueezedText
{
    /// <summary>The form of a text.</summary>
    public static string Of(string text)
    {
        var joined = new StringBuilder(text.Length);
        foreach (var letter in LetterReader.Of(text))
        {
            if (!letter.IsSeparator)
                joined.Append(Leet.Letter(letter.Value));
        }

        return joined.ToString();
    }
}
