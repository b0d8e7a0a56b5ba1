using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>What comes of an answer behind a step.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="Findings">What was noticed.</param>
/// <param name="IsBlocked">Whether it was stopped.</param>
/// <param name="MostHeld">The most characters that were held back at once.</param>
internal sealed record Answered(string Text, IReadOnlyList<Finding> Findings, bool IsBlocked, int MostHeld)
{
    public IEnumerable<string> Codes => Findings.Select(finding => finding.Code);

    /// <summary>The answer as it comes, piece by piece.</summary>
    public static Answered Of(IAnswerStep step, StepMode mode, IReadOnlyList<Instruction> instructions, AnswerStrand strand, params IEnumerable<string> pieces)
    {
        var context = new AnswerContext(UserId.New(DateTimeOffset.UnixEpoch)) { Instructions = instructions };
        var filter = step.Begin(strand, context, mode);
        var (text, held) = ("", 0);
        foreach (var piece in pieces)
        {
            if (context.IsBlocked)
                break;
            text += filter is null ? piece : filter.Push(piece);
            held = Math.Max(held, filter?.HeldBack ?? 0);
        }

        if (!context.IsBlocked)
            text += filter?.Flush();
        return new Answered(text, context.Findings, context.IsBlocked, held);
    }

    public static Answered Whole(IAnswerStep step, StepMode mode, string answer, params IReadOnlyList<Instruction> instructions) =>
        Of(step, mode, instructions, AnswerStrand.Text, answer);

    /// <summary>The answer whole, split in two at every place, and letter by letter: each must give the same findings, and show the same unless it is stopped.</summary>
    public static Answered HoweverSplit(IAnswerStep step, StepMode mode, string answer, params IReadOnlyList<Instruction> instructions)
    {
        var whole = Whole(step, mode, answer, instructions);
        Check(Of(step, mode, instructions, AnswerStrand.Text, answer.EnumerateRunes().Select(rune => rune.ToString())), "one by one");
        for (var i = 1; i < answer.Length; i++)
        {
            if (!char.IsLowSurrogate(answer[i]))
                Check(Of(step, mode, instructions, AnswerStrand.Text, answer[..i], answer[i..]), $"split at {i}");
        }

        return whole;

        void Check(Answered split, string how)
        {
            split.Findings.Should().BeEquivalentTo(whole.Findings, how);
            split.IsBlocked.Should().Be(whole.IsBlocked, how);
            if (whole.IsBlocked)
                answer.Should().StartWith(split.Text, how);
            else
                split.Text.Should().Be(whole.Text, how);
        }
    }
}
