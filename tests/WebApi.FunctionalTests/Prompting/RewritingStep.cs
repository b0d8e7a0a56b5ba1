using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.FunctionalTests.Prompting;

/// <summary>A step that replaces a mark wherever it sees one, and notes where it saw it.</summary>
internal sealed partial class RewritingStep : IPromptStep
{
    /// <summary>The provenance of each text with a mark, by the mark's number.</summary>
    public ConcurrentDictionary<string, TextProvenance> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>For whom and what prompts were prepared.</summary>
    public ConcurrentQueue<PromptContext> Contexts { get; } = new();

    public async ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        Contexts.Enqueue(context);
        // As a step that asks another service would.
        await Task.Yield();
        return draft.Map(slot => slot.Rewrite(text => Mark().Replace(text, mark =>
        {
            Seen[mark.Groups["number"].Value] = slot.Provenance;
            return $"seen{mark.Groups["number"].Value}x";
        })));
    }

    [GeneratedRegex("mark(?<number>[0-9]+)x", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Mark();
}
