using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Answers.Content;

/// <summary>Stops answers that hold what the operator's rules say. Without rules it does nothing.</summary>
internal sealed class ContentStep(IOptions<ContentOptions> options) : IAnswerStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("content", StepMode.Block, StepMode.Redact, StepMode.Block);

    private readonly ContentRules rules = new(options.Value);

    public StepPolicy Policy => Setting;

    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => rules.IsEmpty ? null : new ContentFilter(rules, context, mode);
}
