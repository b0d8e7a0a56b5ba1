using System.Text;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening.Decoding;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>A text in the forms that leaks are looked for in: its folded letters and nothing between them.</summary>
internal static class SqueezedText
{
    /// <summary>The letters, digits as the letters that they stand for.</summary>
    public static string Of(string text) => Leet.Read(Exactly(text));

    /// <summary>The letters and digits.</summary>
    public static string Exactly(string text)
    {
        var joined = new StringBuilder(text.Length);
        foreach (var letter in LetterReader.Of(text))
        {
            if (!letter.IsSeparator)
                joined.Append(letter.Value);
        }

        return joined.ToString();
    }
}
