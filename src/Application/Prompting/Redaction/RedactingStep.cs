using System.Text;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Puts placeholders in the place of what a scanner finds, in all texts but the operator's own. The answer turns them back
/// (<see cref="Answers.RestoringStep"/>). A fault of the scanner refuses the prompt: it is never sent as it was.
/// </summary>
/// <param name="scanner">Finds what is replaced.</param>
/// <param name="policy">How the step can be set.</param>
internal abstract class RedactingStep(ITextScanner scanner, StepPolicy policy) : IPromptStep
{
    public StepPolicy Policy => policy;

    public bool IsCostly => true;

    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        var placeholders = mode == StepMode.Redact ? new Placeholders(draft, context.Known, IsOurs) : null;
        var redaction = new Redaction(this, scanner, placeholders);
        var redacted = draft.Map(slot =>
        {
            ct.ThrowIfCancellationRequested();
            return slot.IsOperators ? slot : slot.Rewrite(redaction.In(slot));
        });
        if (placeholders is not null)
            redacted = redacted with { Restorations = placeholders.Restorations };
        foreach (var kind in Enum.GetValues<SensitiveKind>())
            redacted = redacted.With(new Finding(policy.Step, kind.Code(), redaction.CountOf(kind)) { Action = mode });
        return ValueTask.FromResult<Result<PromptDraft>>(redacted);
    }

    /// <summary>Whether the step finds values of the kind.</summary>
    protected abstract bool IsOurs(SensitiveKind kind);

    /// <summary>Whether a value stays as it is.</summary>
    protected virtual bool Stays(SensitiveKind kind, string canonical) => false;

    /// <summary>What is done with one prompt.</summary>
    private sealed class Redaction(RedactingStep step, ITextScanner scanner, Placeholders? placeholders)
    {
        private readonly List<Sighting> found = [];
        private readonly LookupBudget lookups = new();
        private bool isAddress;
        private readonly int[] counts = new int[SensitiveKinds.Count];

        public int CountOf(SensitiveKind kind) => counts[(int)kind];

        /// <summary>Replaces in the texts of a slot.</summary>
        public Func<string, string?, string> In(PromptSlot slot)
        {
            isAddress = slot.IsAddress;
            return Replace;
        }

        /// <summary>The text with placeholders; the same where nothing is found, or nothing to be replaced.</summary>
        private string Replace(string text, string? member)
        {
            found.Clear();
            using var folded = FoldedText.Of(text);
            scanner.Scan(new ScannedText(folded.Text, member is null ? "" : $"{member}:", lookups), found);
            StringBuilder? replaced = null;
            var from = 0;
            foreach (var (kind, start, end) in found)
            {
                var canonical = CanonicalValue.Of(kind, folded.Text[start..end]);
                // The host of an address is where the picture is, and no person.
                if (step.Stays(kind, canonical) || (isAddress && kind == SensitiveKind.Ip))
                    continue;
                counts[(int)kind]++;
                if (placeholders is null)
                    continue;
                var written = folded.Written(start, end);
                replaced ??= new StringBuilder(text.Length);
                replaced.Append(text.AsSpan()[from..written.Start.Value]).Append(placeholders.For(kind, canonical, text[written]));
                from = written.End.Value;
            }

            return replaced is null ? text : replaced.Append(text, from, text.Length - from).ToString();
        }
    }
}
