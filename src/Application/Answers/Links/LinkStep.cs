using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Answers.Links;

/// <summary>
/// Looks for addresses on hosts that are not allowed. An image is fetched by its reader's browser without a click, and its address can carry out what the model read.
/// </summary>
internal sealed class LinkStep(IOptions<LinkOptions> options) : IAnswerStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("links", StepMode.Flag, StepMode.Redact, StepMode.Block);

    private readonly LinkRules rules = new(options.Value);

    public StepPolicy Policy => Setting;

    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) =>
        strand == AnswerStrand.ToolName || rules.IsEmpty ? null : new LinkFilter(rules, context, mode);
}
