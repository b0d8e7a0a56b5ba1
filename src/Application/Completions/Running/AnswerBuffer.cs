using System.Text;
using CleanLlm.Application.Answers;

namespace CleanLlm.Application.Completions.Running;

/// <summary>Collects what may be shown of one strand of an answer; a checkpoint may read it while it grows.</summary>
internal sealed class AnswerBuffer(AnswerChain steps)
{
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();

    /// <summary>Its size in UTF-8, with what was not to be shown.</summary>
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

    /// <summary>Adds a piece and tells what of it, and of what was held back, may be shown.</summary>
    public string Append(string piece)
    {
        Bytes += Encoding.UTF8.GetByteCount(piece);
        return Add(steps.Push(piece));
    }

    /// <summary>The model has said all it will: tells what of what was held back may be shown.</summary>
    public string Flush() => Add(steps.Flush());

    private string Add(string shown)
    {
        lock (gate)
            text.Append(shown);
        return shown;
    }
}
