using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Answers.Secrets;

/// <summary>
/// Looks for keys in answers. What the user wrote is a placeholder here, if the step <c>secrets</c> is on, so what is seen is the model's own. It tells by default: most keys of
/// answers are examples that the user asked for.
/// </summary>
internal sealed class AnswerSecretsStep(IOptions<AnswerSecretsOptions> options) : IAnswerStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("answer_secrets", StepMode.Flag, StepMode.Redact, StepMode.Block);

    public StepPolicy Policy => Setting;

    public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new SecretsFilter(options.Value.Kinds, context, mode);
}
