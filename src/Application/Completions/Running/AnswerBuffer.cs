using System.Text;
using CleanLlm.Application.Prompting;

namespace CleanLlm.Application.Completions.Running;

/// <summary>Collects an answer piece by piece, cleaned; a checkpoint may read it while it grows.</summary>
internal sealed class AnswerBuffer
{
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private char heldBack;

    /// <summary>Its size in UTF-8.</summary>
    public long Bytes { get; private set; }

    /// <summary>The answer so far.</summary>
    public string Text
    {
        get
        {
            lock (gate)
                return text.ToString();
        }
    }

    /// <summary>Adds a piece and tells what of it may be shown. Half a surrogate pair at its end waits for the other half.</summary>
    public string Append(string piece)
    {
        lock (gate)
        {
            if (heldBack != '\0')
                (piece, heldBack) = (heldBack + piece, '\0');
            if (piece.Length > 0 && char.IsHighSurrogate(piece[^1]))
                (heldBack, piece) = (piece[^1], piece[..^1]);

            var clean = TextSanitizer.Clean(piece, out _, text.Length > 0 ? text[^1] : '\0');
            text.Append(clean);
            Bytes += Encoding.UTF8.GetByteCount(clean);
            return clean;
        }
    }
}
