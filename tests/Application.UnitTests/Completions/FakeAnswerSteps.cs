using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Answer steps that each do one thing that a step may do.</summary>
internal static class FakeAnswerSteps
{
    internal sealed class TwoWays : IPromptStep, IAnswerStep
    {
        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
            ValueTask.FromResult<Result<PromptDraft>>(draft.Map(slot => slot.Rewrite(text => text.Replace("Ann", "[NAME 1]", StringComparison.Ordinal))) with
            {
                Restorations = draft.Restorations.With("[NAME 1]", "Ann"),
            });

        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter(context.Restorations);

        private sealed class Filter(Restorations restorations) : IAnswerFilter
        {
            private string held = "";

            public int HeldBack => held.Length;

            public string Push(string piece)
            {
                var text = held + piece;
                foreach (var (placeholder, original) in restorations.Originals)
                    text = text.Replace(placeholder, original, StringComparison.Ordinal);
                var begins = text.LastIndexOf('[');
                var isOpen = begins >= 0 && restorations.Originals.Keys.Any(placeholder => placeholder.StartsWith(text[begins..], StringComparison.Ordinal));
                held = isOpen ? text[begins..] : "";
                return isOpen ? text[..begins] : text;
            }

            public string Flush() => held;
        }
    }

    internal sealed class Holding : IAnswerStep
    {
        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter();

        private sealed class Filter : IAnswerFilter
        {
            private string held = "";

            public int HeldBack => held.Length;

            public string Push(string piece)
            {
                held += piece;
                return "";
            }

            public string Flush() => held;
        }
    }

    internal sealed class Failing : IAnswerStep
    {
        public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => strand == AnswerStrand.Text ? new Filter() : null;

        private sealed class Filter : IAnswerFilter
        {
            public int HeldBack => 0;

            public string Push(string piece) => piece;

            public string Flush() => throw new InvalidOperationException("broken");
        }
    }

    internal sealed class Breaking : IAnswerStep
    {
        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter();

        private sealed class Filter : IAnswerFilter
        {
            private string held = "";

            public int HeldBack => held.Length;

            public string Push(string piece)
            {
                held += piece;
                return held.Contains("broken", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : "";
            }

            public string Flush() => held;
        }
    }

    internal sealed class Guarding : IAnswerStep
    {
        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter(context);

        private sealed class Filter(AnswerContext context) : IAnswerFilter
        {
            public int HeldBack => 0;

            public string Push(string piece)
            {
                if (piece.Contains("forbidden", StringComparison.Ordinal))
                    context.Block(new Finding("guard", "forbidden_word", 1));
                return piece;
            }

            public string Flush() => "";
        }
    }

    internal sealed class Noticing(string step = "notice") : IAnswerStep
    {
        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter(step, context);

        private sealed class Filter(string step, AnswerContext context) : IAnswerFilter
        {
            public int HeldBack => 0;

            public string Push(string piece)
            {
                context.Report(new Finding(step, "piece", 1));
                return piece;
            }

            public string Flush() => "";
        }
    }
}
