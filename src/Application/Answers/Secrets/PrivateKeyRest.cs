using System.Buffers;

namespace CleanLlm.Application.Answers.Secrets;

/// <summary>The rest of a private key of which the beginning was found: up to its last line, or to what cannot belong to a key.</summary>
internal sealed class PrivateKeyRest
{
    private const string Putty = "PuTTY";
    private const string PuttyEnd = "Private-MAC:";
    private const string PemEnd = "END ";
    private const string Dashes = "----";
    private const int Longest = 64 * 1024;
    private const int Tail = 80;

    private static readonly SearchValues<char> Body = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=:,- \t\r\n\\");

    private readonly bool isPutty;
    private string tail = "";
    private int length;

    /// <param name="key">What there is of it.</param>
    public PrivateKeyRest(ReadOnlySpan<char> key)
    {
        isPutty = key.StartsWith(Putty, StringComparison.Ordinal);
        foreach (var c in key[Math.Max(0, key.Length - Tail)..])
            Add(c);
    }

    /// <summary>Whether the key is whole.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many characters of a piece belong to it.</summary>
    public int Length(ReadOnlySpan<char> piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            if (IsOver || ++length > Longest || (!isPutty && !Body.Contains(piece[i])))
                return i;
            Add(piece[i]);
        }

        return piece.Length;
    }

    private void Add(char c)
    {
        tail = tail.Length < Tail ? tail + c : tail[1..] + c;
        IsOver = isPutty
            ? c == '\n' && tail.Contains(PuttyEnd, StringComparison.Ordinal)
            : c == '-' && tail.IndexOf(PemEnd, StringComparison.Ordinal) is >= 0 and var end && tail.AsSpan(end).IndexOf(Dashes, StringComparison.Ordinal) > 0 && tail.EndsWith("-----", StringComparison.Ordinal);
    }
}
