using System.Text;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>One form for all ways to write a value, so that the same value gets the same placeholder.</summary>
internal static class CanonicalValue
{
    /// <summary>The form of a value as it was written.</summary>
    public static string Of(SensitiveKind kind, string written)
    {
        using var folded = FoldedText.Of(written);
        return Of(kind, folded.Text);
    }

    /// <summary>The form of a folded value.</summary>
    public static string Of(SensitiveKind kind, ReadOnlySpan<char> folded) => kind switch
    {
        SensitiveKind.Email or SensitiveKind.Ip => folded.ToString().ToLowerInvariant(),
        SensitiveKind.Phone => Dialled(Compact(folded)),
        SensitiveKind.Iban or SensitiveKind.Card or SensitiveKind.NationalId => Compact(folded),
        // Of a secret each character counts.
        _ => folded.ToString(),
    };

    private static string Compact(ReadOnlySpan<char> folded)
    {
        var compact = new StringBuilder(folded.Length);
        foreach (var c in folded)
        {
            if (char.IsAsciiLetterOrDigit(c))
                compact.Append(char.ToUpperInvariant(c));
        }

        return compact.ToString();
    }

    // 0049 is +49.
    private static string Dialled(string digits) => digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
}
