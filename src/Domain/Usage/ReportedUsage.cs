namespace CleanLlm.Domain.Usage;

/// <summary>
/// What a provider says it counted, figure by figure as it came. Providers differ in what includes what: reasoning may be part of the
/// completion (OpenAI) or beside it (xAI, Gemini), cached tokens part of the prompt (OpenAI) or beside it (Anthropic). The total tells.
/// </summary>
public readonly record struct ReportedUsage
{
    /// <summary>Tokens of the prompt.</summary>
    public long? Prompt { get; init; }

    /// <summary>Prompt tokens from the provider's cache.</summary>
    public long? CachedPrompt { get; init; }

    /// <summary>Prompt tokens that the provider put into its cache.</summary>
    public long? CacheWrite { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public long? Completion { get; init; }

    /// <summary>Tokens of the reasoning.</summary>
    public long? Reasoning { get; init; }

    /// <summary>All tokens.</summary>
    public long? Total { get; init; }

    /// <summary>Whether <see cref="Prompt"/> is known to hold neither cached tokens nor cache writes.</summary>
    public bool PromptExcludesCache { get; init; }

    /// <summary>
    /// The tokens to charge. A figure that cannot be true, such as a negative one or no tokens for an answer that was given, counts as
    /// missing, and we count what is missing.
    /// </summary>
    /// <param name="hasAnswer">Whether the provider produced anything.</param>
    /// <param name="count">Counts by ourselves; called only when a figure is missing.</param>
    public TokenCount Resolve(bool hasAnswer, Func<TokenCount> count)
    {
        var (prompt, cached, written) = ResolvePrompt();
        var (completion, reasoning) = ResolveCompletion(prompt, hasAnswer);
        if (prompt is { } knownPrompt && completion is { } knownCompletion)
        {
            return new TokenCount(knownPrompt, knownCompletion, UsageBasis.Reported)
            {
                CachedPromptTokens = cached,
                CacheWriteTokens = written,
                ReasoningTokens = reasoning,
            };
        }

        var counted = count();
        return counted with
        {
            PromptTokens = prompt ?? counted.PromptTokens,
            CachedPromptTokens = prompt is null ? 0 : cached,
            CacheWriteTokens = prompt is null ? 0 : written,
            CompletionTokens = completion ?? counted.CompletionTokens,
            ReasoningTokens = completion is null ? counted.ReasoningTokens : reasoning,
        };
    }

    private (int? Prompt, int Cached, int Written) ResolvePrompt()
    {
        var (cached, written) = (Plausible(CachedPrompt) ?? 0, Plausible(CacheWrite) ?? 0);
        var completion = Plausible(Completion);
        var prompt = Plausible(Prompt) ?? (completion is { } known ? Plausible(Total - known - (PromptExcludesCache ? cached + written : 0)) : null);
        if (prompt is not { } plain || (plain == 0 && !(PromptExcludesCache && cached + written > 0)))
            return (null, 0, 0);

        var cache = cached + written;
        if (cache == 0)
            return ((int)plain, 0, 0);
        var isApart = PromptExcludesCache || cache > plain || (Plausible(Total) is { } total && total == plain + cache + (completion ?? 0) && cache != Reasoning);
        // A total that does not hold them shows that figures larger than the prompt are wrong.
        if (isApart && !PromptExcludesCache && Plausible(Total) is { } whole && whole < plain + cache + (completion ?? 0))
            return ((int)plain, 0, 0);
        return Plausible(isApart ? plain + cache : plain) is { } sum ? ((int)sum, (int)cached, (int)written) : (null, 0, 0);
    }

    private (int? Completion, int Reasoning) ResolveCompletion(int? prompt, bool hasAnswer)
    {
        var reasoning = Plausible(Reasoning) ?? 0;
        var unexplained = Plausible(Total) is { } total && prompt is { } asked ? total - asked - (Plausible(Completion) ?? 0) : 0;
        long? completion = Plausible(Completion) ?? (unexplained > 0 ? 0 : null);
        if (completion is not { } answered)
            return (null, 0);

        if (unexplained > 0)
        {
            // What the total holds beyond prompt and completion was produced and not shown.
            answered += unexplained;
            if (reasoning == 0 && Plausible(Completion) is not null)
                reasoning = unexplained;
        }
        else if (reasoning > answered)
        {
            // More than the whole cannot be a part of it.
            answered += reasoning;
        }

        return Plausible(answered) is { } sum && (sum > 0 || !hasAnswer) ? ((int)sum, (int)Math.Min(reasoning, sum)) : (null, 0);
    }

    private static long? Plausible(long? figure) => figure is >= 0 and <= int.MaxValue ? figure : null;
}
