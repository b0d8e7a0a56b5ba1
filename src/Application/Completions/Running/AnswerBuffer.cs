using System.Text;
using CleanLlm.Application.Answers;

namespace CleanLlm.Application.Completions.Running;

/// <summary>Collects what may be shown of one strand of an answer; a checkpoint may read it while it grows.</summary>
/// <param name="newSteps">Makes what its pieces pass through, once there is a piece.</param>
internal sealed class AnswerBuffer(Func<AnswerChain> newSteps)
{
    private readonly Lock gate = new();
    private readonly GrowingText text = new();
    private AnswerChain? steps;

    // What the model wrote, from the moment on when it is not what is shown.
    private GrowingText? raw;

    /// <summary>The size in UTF-8 of what the model wrote.</summary>
    public long Bytes { get; private set; }

    /// <summary>What may be shown so far.</summary>
    public string Text
    {
        get
        {
            lock (gate)
                return text.Whole;
        }
    }

    /// <summary>What the model wrote so far, which is what it is paid for.</summary>
    public string Written
    {
        get
        {
            lock (gate)
                return (raw ?? text).Whole;
        }
    }

    /// <summary>Adds a piece and tells what of it, and of what was held back, may be shown.</summary>
    public string Append(string piece)
    {
        Bytes += Encoding.UTF8.GetByteCount(piece);
        var shown = (steps ??= newSteps()).Push(piece);
        lock (gate)
        {
            if (raw is null && !ReferenceEquals(shown, piece))
                (raw = new GrowingText()).Append(text.Whole);
            raw?.Append(piece);
            text.Append(shown);
        }

        return shown;
    }

    /// <summary>Nothing more comes: tells what of what was held back may be shown.</summary>
    public string Flush()
    {
        var shown = steps?.Flush() ?? "";
        lock (gate)
            text.Append(shown);
        return shown;
    }

    /// <summary>A text that is joined when it is read, and only once for several reads. A text of one piece is that piece.</summary>
    private sealed class GrowingText
    {
        private StringBuilder? pieces;
        private string? whole = "";

        public string Whole => whole ??= pieces!.ToString();

        public void Append(string piece)
        {
            if (piece.Length == 0)
                return;
            if (whole is { Length: 0 })
            {
                whole = piece;
                return;
            }

            (pieces ??= new StringBuilder(whole)).Append(piece);
            whole = null;
        }
    }
}
