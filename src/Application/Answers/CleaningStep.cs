using CleanLlm.Application.Prompting;

using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers;

/// <summary>Removes from text and reasoning what a reader cannot see; calls of tools stay as the model wrote them.</summary>
internal sealed class CleaningStep : IAnswerStep
{
    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => strand is AnswerStrand.Text or AnswerStrand.Reasoning ? new Filter() : null;

    private sealed class Filter : IAnswerFilter
    {
        private int last;

        public int HeldBack => 0;

        public string Push(string piece)
        {
            var clean = TextSanitizer.Clean(piece, out _, last);
            if (clean.Length > 0)
                last = TextSanitizer.LastOf(clean);
            return clean;
        }

        public string Flush() => "";
    }
}
