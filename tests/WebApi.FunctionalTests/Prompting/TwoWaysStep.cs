using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.FunctionalTests.Prompting;

/// <summary>Sends a placeholder for one word, and shows its user the word again. The placeholder has spaces, so that a stream cuts through it.</summary>
internal sealed class TwoWaysStep : IPromptStep, IAnswerStep
{
    public const string Word = "Rumpelstilzchen";
    public const string Placeholder = "[THE NAME 1]";

    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        var changed = draft.Map(slot => slot.Rewrite(text => text.Replace(Word, Placeholder, StringComparison.Ordinal)));
        return ValueTask.FromResult<Result<PromptDraft>>(
            ReferenceEquals(changed, draft) ? draft : changed with { Restorations = draft.Restorations.With(Placeholder, Word) });
    }

    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) =>
        context.Restorations.Originals.Count == 0 ? null : new Filter(context.Restorations.Originals);

    private sealed class Filter(IReadOnlyDictionary<string, string> originals) : IAnswerFilter
    {
        private string held = "";

        public int HeldBack => held.Length;

        public string Push(string piece)
        {
            var text = held + piece;
            foreach (var (placeholder, original) in originals)
                text = text.Replace(placeholder, original, StringComparison.Ordinal);
            var begins = text.LastIndexOf('[');
            held = begins >= 0 && originals.Keys.Any(placeholder => placeholder.StartsWith(text[begins..], StringComparison.Ordinal)) ? text[begins..] : "";
            return text[..(text.Length - held.Length)];
        }

        public string Flush() => held;
    }
}
