using CleanLlm.Application.Ai;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.Completions.Running;

/// <summary>What an answer counts: by what its provider reported, else by our tokenizer.</summary>
internal static class AnswerTokens
{
    /// <summary>The tokens of an answer that has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="promptTokens">Tokens of its prompt, as counted here.</param>
    /// <param name="text">The answer.</param>
    /// <param name="count">Counts a text.</param>
    /// <param name="unreported">The basis of what was not reported.</param>
    public static TokenCount Tokens(this CompletionRun run, int promptTokens, string text, Func<string, int> count, UsageBasis unreported)
    {
        var hasAnswer = text.Length > 0 || run.Reasoning.Bytes > 0 || run.ToolCalls.Calls.Count > 0;
        var tokens = run.ReportedUsage.ToReported().Resolve(hasAnswer, () => run.Counted(promptTokens, text, count, unreported));
        if (unreported != UsageBasis.Partial || tokens.Basis != UsageBasis.Reported)
            return tokens;

        // Providers that report while they stream had said less than what came after.
        var counted = run.Counted(promptTokens, text, count, unreported);
        return counted.CompletionTokens <= tokens.CompletionTokens
            ? tokens
            : tokens with { CompletionTokens = counted.CompletionTokens, ReasoningTokens = counted.ReasoningTokens, Basis = unreported };
    }

    /// <summary>The tokens of an answer as far as it has come, counted here.</summary>
    public static TokenCount Counted(this CompletionRun run, int promptTokens, string text, Func<string, int> count, UsageBasis basis)
    {
        var reasoning = run.Reasoning.Bytes > 0 ? count(run.Reasoning.Text) : 0;
        var answer = count(text) + run.ToolCalls.Calls.Sum(call => count(call.Name) + count(call.Arguments));
        return new TokenCount(promptTokens, answer + reasoning, basis) { ReasoningTokens = reasoning };
    }
}
