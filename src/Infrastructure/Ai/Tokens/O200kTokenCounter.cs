using CleanLlm.Application.Ai;
using Microsoft.Extensions.Hosting;
using Microsoft.ML.Tokenizers;

namespace CleanLlm.Infrastructure.Ai.Tokens;

/// <summary>Counts with the o200k_base vocabulary of OpenAI's present models; a close estimate for others. Loaded once, at first use.</summary>
internal sealed class O200kTokenCounter : ITokenCounter
{
    private readonly Lazy<TiktokenTokenizer> tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public int Count(string text) => text.Length == 0 ? 0 : tokenizer.Value.CountTokens(Plain(text));

    /// <summary>
    /// Within a text <c>&lt;|endoftext|&gt;</c> is plain text to providers, about seven tokens; the tokenizer would take it for one special token.
    /// </summary>
    private static string Plain(string text) =>
        text.Contains("<|", StringComparison.Ordinal) ? text.Replace("<|", "< |", StringComparison.Ordinal) : text;
}

/// <summary>Loads the vocabulary before the first request, which would otherwise wait for it on a thread of the pool.</summary>
internal sealed class TokenCounterWarmUp(ITokenCounter counter) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => counter.Count("Warm, wärmer, 12.5 °C!"), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
