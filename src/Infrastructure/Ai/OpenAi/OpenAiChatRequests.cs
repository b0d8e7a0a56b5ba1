using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Sends chat calls as their model takes them. When it refuses the name of the bound, or its size, the call is sent once more with the
/// other name, or with the size it allows, and the next calls begin so.
/// </summary>
internal sealed class OpenAiChatRequests(IOpenAiApi api, ModelDialects dialects, TimeProvider clock)
{
    /// <summary>Waits for the headers of the answer.</summary>
    /// <returns>An answer of status 2xx.</returns>
    /// <exception cref="ArgumentException">No model is named.</exception>
    /// <exception cref="ProviderException">It failed.</exception>
    public async Task<HttpResponseMessage> OpenAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CallClock limits)
    {
        var model = options?.ModelId ?? throw new ArgumentException("The model's name is missing.", nameof(options));
        var sent = new Bound(dialects.MaxTokensName(model, MaxTokensName.Of(options)), Lower(options.MaxOutputTokens, dialects.MostTokens(model)));
        var first = sent;
        var response = await HttpCalls.OpenAsync(SendAsync(), limits, clock, error =>
        {
            if (sent.Otherwise(first, error) is not { } other)
                return null;
            sent = other;
            return SendAsync;
        });
        if (sent != first)
            Learn(model, first, sent);
        return response;

        Task<HttpResponseMessage> SendAsync() => api.CompleteAsync(OpenAiRequests.From(messages, options, stream, sent.Name, sent.Tokens), limits.Token);
    }

    private void Learn(string model, Bound first, Bound taken) => dialects.Learn(model, known => known with
    {
        MaxTokensName = taken.Name != first.Name ? taken.Name : known.MaxTokensName,
        MostTokens = taken.IsModels ? taken.Tokens : known.MostTokens,
    });

    private static int? Lower(int? asked, int? most) => asked > most ? most : asked;

    /// <summary>The bound of an answer as it is sent.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Tokens">How long the answer may be; null for no bound.</param>
    private readonly record struct Bound(string Name, int? Tokens)
    {
        /// <summary>Whether the size is what the model said it gives, whatever the prompt.</summary>
        public bool IsModels { get; init; }

        /// <summary>What to send after a refusal; null when nothing else can be tried. Each of the two changes at most once.</summary>
        public Bound? Otherwise(Bound first, UpstreamError error)
        {
            if (Tokens is not { } tokens)
                return null;
            if (error.MostTokens is { } most && most < tokens && tokens == first.Tokens)
                return this with { Tokens = most, IsModels = error.Failure != ProviderFailure.ContextTooLong };
            var (own, other) = Name == MaxTokensName.Old
                ? (NamedParameters.MaxTokens, NamedParameters.MaxCompletionTokens)
                : (NamedParameters.MaxCompletionTokens, NamedParameters.MaxTokens);
            var isRefused = error.MostTokens is null
                && error.Names.HasFlag(own)
                && (error.Failure == ProviderFailure.UnsupportedParameter || error.Names.HasFlag(other));
            return isRefused && Name == first.Name ? this with { Name = Name == MaxTokensName.Old ? MaxTokensName.New : MaxTokensName.Old } : null;
        }
    }
}
