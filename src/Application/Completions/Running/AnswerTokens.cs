using CleanLlm.Application.Ai;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.Completions.Running;

/// <summary>What an answer counts: by what its provider reported, else by our tokenizer.</summary>
internal static class AnswerTokens
{
    /// <summary>The tokens of an answer that has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="promptTokens">Tokens of its prompt, as counted here.</param>
    /// <param name="count">Counts a text.</param>
    /// <param name="unreported">The basis of what was not reported.</param>
    public static TokenCount Tokens(this CompletionRun run, int promptTokens, Func<string, int> count, UsageBasis unreported)
    {
        var hasAnswer = run.Answer.Bytes + run.Reasoning.Bytes + run.ToolCalls.Bytes > 0;
        var tokens = run.ReportedUsage.ToReported().Resolve(hasAnswer, () => run.Counted(promptTokens, count, unreported));
        if (unreported != UsageBasis.Partial || tokens.Basis != UsageBasis.Reported)
            return tokens;

        // Providers that report while they stream had said less than what came after.
        var counted = run.Counted(promptTokens, count, unreported);
        return counted.CompletionTokens <= tokens.CompletionTokens
            ? tokens
            : tokens with { CompletionTokens = counted.CompletionTokens, ReasoningTokens = counted.ReasoningTokens, Basis = unreported };
    }

    /// <summary>The tokens of what the model wrote so far, counted here; steps may show more or less of it.</summary>
    public static TokenCount Counted(this CompletionRun run, int promptTokens, Func<string, int> count, UsageBasis basis)
    {
        var reasoning = run.Reasoning.Bytes > 0 ? count(run.Reasoning.Written) : 0;
        var answer = count(run.Answer.Written) + run.ToolCalls.Written.Sum(count);
        return new TokenCount(promptTokens, answer + reasoning, basis) { ReasoningTokens = reasoning };
    }
}
