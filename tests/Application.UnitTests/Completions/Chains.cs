using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What pieces of an answer pass through: the steps of the program, unless a test says otherwise.</summary>
internal static class Chains
{
    public static AnswerChain Of(AnswerStrand strand, params IAnswerStep[] steps) =>
        new(steps.Length > 0 ? steps : [new CleaningStep()], strand, new AnswerContext(UserId.New(DateTimeOffset.UnixEpoch), Restorations.None));

    public static AnswerBuffer Buffer() => new(() => Of(AnswerStrand.Text));

    public static AnswerChain ToolArguments(AnswerStrand strand) => Of(strand);
}
