using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Hands a call to a provider of one of its candidates, and to the next when it fails before anything of its answer has reached the caller.</summary>
internal sealed class ChatRouter(Router router, ProviderClients clients) : IChatRouter
{
    private const string Operation = "chat";

    public async Task<ChatResponse> GetResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct)
    {
        using var route = await router.BeginAsync(Operation, call, serves: null, ct);
        return await Router.CallAsync(route, async (candidate, token) =>
        {
            call.Served = candidate.Model;
            var response = await clients.Of(candidate.Provider.Name).GetResponseAsync(messages, For(options, call, candidate), token);
            return Bytes(response) <= candidate.Provider.Options.MaxAnswerBytes ? response : throw RoutedAnswers.TooLong();
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, [EnumeratorCancellation] CancellationToken ct)
    {
        using var route = await router.BeginAsync(Operation, call, serves: null, ct);
        await using var stream = await Router.OpenAsync(
            route,
            (candidate, token) =>
            {
                call.Served = candidate.Model;
                return clients.Of(candidate.Provider.Name).GetStreamingResponseAsync(messages, For(options, call, candidate), token);
            },
            static update => AnswerSize.Of(update.Contents));
        while (stream.HasCurrent)
        {
            yield return stream.Current;
            stream.Advance(await stream.NextAsync());
        }
    }

    /// <summary>The options as this provider gets them: its name of the model, no more tokens than it may give.</summary>
    private static ChatOptions For(ChatOptions options, RoutedCall call, RouteCandidate candidate)
    {
        var own = options.Clone();
        own.ModelId = candidate.UpstreamId;
        own.MaxOutputTokens = Bound(options.MaxOutputTokens, candidate, call.PromptTokens);
        return own;
    }

    /// <summary>
    /// The bound that is sent: none where it says no more than the window does. Servers refuse a prompt and a bound that together
    /// exceed the window, and count a little differently.
    /// </summary>
    private static int? Bound(int? asked, RouteCandidate candidate, int promptTokens)
    {
        if (asked is not { } wanted)
            return candidate.Provider.Options.MaxOutputTokens;
        var left = Math.Max(1, candidate.Model.ContextWindow - promptTokens);
        return candidate.Model.IsLengthUnknown && wanted >= left ? null : Math.Min(Math.Min(wanted, candidate.Model.MaxOutputTokens), left);
    }

    private static long Bytes(ChatResponse response) => response.Messages.Sum(message => AnswerSize.Of(message.Contents));
}
