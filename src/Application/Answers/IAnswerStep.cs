using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers;

/// <summary>
/// One step between what a model writes and what its caller reads: it may hold back a bounded end of it, change it, add findings, or stop the
/// run. Text, reasoning and calls of tools that reach the event log, the stored answer and the caller have passed all steps, in JSON and in streams;
/// what a model's family needs back (<see cref="Ai.MessageField"/>) passes none. To add one, implement
/// it and register it at its place in the order (<c>AddAnswerStep</c>).
/// </summary>
public interface IAnswerStep : IPipelineStep
{
    /// <summary>Begins a strand of an answer.</summary>
    /// <param name="strand">Which one; each call of a tool is one of its own.</param>
    /// <param name="context">The answer, and where to tell what was noticed in it.</param>
    /// <param name="mode">How the step is set, never <see cref="StepMode.Off"/>; <see cref="StepMode.Block"/> for one that always runs.</param>
    /// <returns>What its pieces pass through; null when this step leaves the strand as it is.</returns>
    IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode);
}

/// <summary>What the pieces of one strand pass through, in order. A piece never ends within a character of two units.</summary>
public interface IAnswerFilter
{
    /// <summary>How many characters are held back; at most <see cref="AnswerChain.MostHeldBack"/>, or the run ends as a fault.</summary>
    int HeldBack { get; }

    /// <summary>Takes in a piece.</summary>
    /// <returns>What may go on now, of this piece and of what was held back; empty for nothing.</returns>
    string Push(string piece);

    /// <summary>The strand has ended by itself.</summary>
    /// <returns>What may go on of what was held back.</returns>
    string Flush();
}
