using System.Buffers;
using System.Text;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Joins what servers split that cut a model's bytes into tokens without regard for characters: the beginning of a character of UTF-8 at
/// the end of one piece waits for the next one. Of a stream's text, one for each of its fields.
/// </summary>
internal sealed class SplitCharacter
{
    private const int LongestBeginning = 3;

    private byte[] waiting = [];

    /// <summary>What waited and the piece, but for the beginning of a character at its end.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> piece)
    {
        // Text in ASCII, and any that is not split, passes as it is.
        if (waiting.Length > 0)
        {
            piece = (byte[])[.. waiting, .. piece];
            waiting = [];
        }

        var cut = BeginningAtEnd(piece);
        if (cut == 0)
            return piece;
        waiting = piece[^cut..].ToArray();
        return piece[..^cut];
    }

    private static int BeginningAtEnd(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty || piece[^1] < 0x80)
            return 0;
        for (var length = 1; length <= Math.Min(LongestBeginning, piece.Length); length++)
        {
            // Its first byte tells how long it is; the others begin with 10.
            if ((piece[^length] & 0xC0) != 0x80)
                return Rune.DecodeFromUtf8(piece[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }

        return 0;
    }
}
