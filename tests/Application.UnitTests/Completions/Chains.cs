using CleanLlm.Application.UnitTests.Prompting;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What pieces of an answer pass through: the steps of the program, unless a test says otherwise.</summary>
internal static class Chains
{
    public static AnswerChain Of(AnswerStrand strand, params IAnswerStep[] steps) =>
        new AnswerSteps(steps.Length > 0 ? steps : [new CleaningStep()], Drafts.Policies()).Begin(strand, new AnswerContext(UserId.New(DateTimeOffset.UnixEpoch)));

    public static AnswerBuffer Buffer() => new(() => Of(AnswerStrand.Text));

    public static AnswerChain ToolArguments(AnswerStrand strand) => Of(strand);
}
