namespace CleanLlm.Infrastructure.Ai.Tokens;

/// <summary>
/// How many tokens families of models make of what is one token of o200k_base, in English, code and JSON, each the highest of what docs/context.md
/// measured: too high a count leaves some of the window empty, too low a one is refused by the provider. Other languages differ more, and a
/// model's setting can say so.
/// </summary>
internal static class TokenRatios
{
    // The first name that is found counts.
    private static readonly (string Name, double Ratio)[] Families =
    [
        ("claude", 1.1),
        ("gemini", 1.2),
        ("gemma", 1.2),
        ("mistral", 1.3),
        ("mixtral", 1.3),
        ("codestral", 1.3),
        ("deepseek", 1.05),
        ("qwen", 1.05),
        ("qwq", 1.05),
    ];

    /// <summary>The ratio of a model by its name at the provider; 1 for OpenAI's and Llama's, and where the name says nothing.</summary>
    public static double Of(string upstreamId)
    {
        foreach (var (name, ratio) in Families)
        {
            if (upstreamId.Contains(name, StringComparison.OrdinalIgnoreCase))
                return ratio;
        }

        return 1;
    }
}
