using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers.Reading;

/// <summary>Something that a step looks for, in a text.</summary>
/// <param name="Code">What it is, for findings.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">The character behind its last.</param>
internal readonly record struct Match(string Code, int Start, int End);

/// <summary>
/// Judges a strand from left to right and does what the step's mode says: tells, puts a mark in the place, or stops the answer. What is not yet judged is held back,
/// unless the step only tells.
/// </summary>
/// <param name="step">The name of the step, for findings.</param>
/// <param name="context">The answer.</param>
/// <param name="mode">What is done about what is found.</param>
/// <param name="mark">What takes its place.</param>
internal abstract class ScreeningFilter(string step, AnswerContext context, StepMode mode, string mark) : IAnswerFilter
{
    /// <summary>How much is held back at most, in characters.</summary>
    public const int Most = 512;

    // What was judged before and still has to be seen, such as the name of a value.
    private const int Context = 128;

    private readonly List<Match> found = [];
    private char[] text = new char[1024];
    private int length;
    private int judged;
    private bool isDropping;

    public int HeldBack => mode == StepMode.Flag ? 0 : length - judged;

    public string Push(string piece)
    {
        var dropped = isDropping ? Drop(piece) : 0;
        isDropping &= dropped == piece.Length;
        Add(piece.AsSpan(dropped));
        var shown = isDropping ? "" : Pass(piece, isEnd: false);
        return mode == StepMode.Flag ? piece : shown;
    }

    public string Flush()
    {
        var shown = Pass(piece: "", isEnd: true);
        return mode == StepMode.Flag ? "" : shown;
    }

    /// <summary>Judges what can be judged.</summary>
    /// <param name="text">The text, with the end of what was judged before.</param>
    /// <param name="from">Where what is not yet judged begins.</param>
    /// <param name="isEnd">Whether nothing follows.</param>
    /// <param name="matches">Takes in what is found there, in order.</param>
    /// <returns>Up to where it is judged now.</returns>
    protected abstract int Judge(ReadOnlySpan<char> text, int from, bool isEnd, List<Match> matches);

    /// <summary>
    /// Whether what was found last may go on behind what is judged: <see cref="Drop"/> then tells up to where.
    /// </summary>
    protected virtual bool GoesOn(Match last, ReadOnlySpan<char> text) => false;

    /// <summary>How many of the characters that follow belong to what goes on.</summary>
    protected virtual int Drop(ReadOnlySpan<char> piece) => 0;

    private void Add(ReadOnlySpan<char> piece)
    {
        Forget(Math.Max(0, judged - Context));
        if (length + piece.Length > text.Length)
            Array.Resize(ref text, Math.Max(text.Length * 2, length + piece.Length));
        piece.CopyTo(text.AsSpan(length));
        length += piece.Length;
    }

    private void Forget(int count)
    {
        Array.Copy(text, count, text, 0, length - count);
        (length, judged) = (length - count, judged - count);
    }

    private string Pass(string piece, bool isEnd)
    {
        found.Clear();
        var all = text.AsSpan(0, length);
        var from = judged;
        judged = Judge(all, from, isEnd, found);
        if (!isEnd && length - judged > Most)
        {
            // More than may be held: it is judged as if it ended here.
            judged = Judge(all, judged, isEnd: true, found);
        }

        if (found.Count == 0)
            return mode == StepMode.Flag ? "" : judged == length && length - from == piece.Length ? piece : all[from..judged].ToString();

        if (!isEnd && found[^1].End == judged && GoesOn(found[^1], all[..judged]))
        {
            judged += Drop(all[judged..]);
            isDropping = judged == length;
            found[^1] = found[^1] with { End = judged };
        }

        Tell();
        var shown = mode == StepMode.Flag || context.IsBlocked ? "" : Marked(all[..judged], from);
        // What was found is no context of what follows.
        Forget(found[^1].End);
        return shown;
    }

    private void Tell()
    {
        foreach (var match in found)
        {
            var finding = new Finding(step, match.Code, 1) { Action = mode };
            if (mode != StepMode.Block)
                context.Report(finding);
            else if (!context.IsBlocked)
                context.Block(finding);
        }
    }

    private string Marked(ReadOnlySpan<char> shown, int from)
    {
        var marked = new System.Text.StringBuilder(shown.Length - from);
        foreach (var (_, start, end) in found)
        {
            marked.Append(shown[from..start]).Append(mark);
            from = end;
        }

        return marked.Append(shown[from..]).ToString();
    }
}
