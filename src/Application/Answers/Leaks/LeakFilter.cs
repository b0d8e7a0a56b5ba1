using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Looks for instructions in one strand. What may become a leak is held back, unless leaks are only told of.</summary>
internal sealed class LeakFilter : IAnswerFilter
{
    /// <summary>How much is held back at most, in characters.</summary>
    public const int Most = 512;

    // Decoded characters of one strand, all together: for each that was written so many.
    private const int MostDecoded = 8;
    private const int LeastDecoded = 1 << 16;

    private readonly string step;
    private readonly InstructionIndex index;
    private readonly AnswerContext context;
    private readonly StepMode mode;
    private readonly HeldText held = new(Most);
    private readonly LetterReader reader = LetterReader.New();
    private readonly LeakScan scan;
    private readonly EncodedText encoded;
    private readonly Func<string, bool> met;
    private long decodedLength;

    /// <param name="step">The name of the step, for findings.</param>
    /// <param name="index">The instructions.</param>
    /// <param name="context">The answer.</param>
    /// <param name="mode">What is done about a leak.</param>
    public LeakFilter(string step, InstructionIndex index, AnswerContext context, StepMode mode)
    {
        (this.step, this.index, this.context, this.mode) = (step, index, context, mode);
        scan = new LeakScan(index);
        encoded = new EncodedText(decoded => Read(decoded, depth: 1));
        // Made once, not at every piece.
        met = Met;
    }

    public int HeldBack => held.Text.Length;

    public string Push(string piece)
    {
        held.Add(piece);
        scan.Add(reader.Read(piece), met);
        encoded.Add(piece);
        if (mode == StepMode.Flag)
            return held.TakeAll();
        return context.IsBlocked ? "" : held.TakeBefore(Math.Min(Math.Min(scan.OpenFrom, encoded.OpenFrom), reader.OpenFrom));
    }

    public string Flush()
    {
        encoded.End();
        if (scan.EndsInHalf)
            Met(LeakScan.Canary);
        return context.IsBlocked ? "" : held.TakeAll();
    }

    private void Read(string decoded, int depth)
    {
        if ((decodedLength += decoded.Length) > LeastDecoded + ((long)MostDecoded * held.End))
            return;
        new LeakScan(index).Add(LetterReader.Of(decoded), code => Met(code == LeakScan.Instructions ? LeakScan.Encoded : code));
        if (depth == TextScreening.DeepestDecoding)
            return;
        foreach (var view in EncodedText.Views(decoded))
            Read(view, depth + 1);
    }

    private bool Met(string code)
    {
        var finding = new Finding(step, code, 1) { Action = mode };
        if (mode == StepMode.Block && !context.IsBlocked)
            context.Block(finding);
        else if (mode == StepMode.Flag)
            context.Report(finding);
        return mode == StepMode.Flag;
    }
}
