using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Routing;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The one chat client that use cases see: hands a call to a provider that serves <see cref="ChatOptions.ModelId"/>, and to the next
/// when it fails before anything of its answer has reached the caller.
/// A model that no provider serves is an <see cref="ArgumentException"/>: callers look it up in the catalogue first.
/// </summary>
internal sealed class RoutingChatClient(Router router, ProviderClients clients) : IChatClient
{
    private const string Operation = "chat";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = RoutedCall.Of(options);
        using var route = await router.BeginAsync(Operation, options?.ModelId, call, serves: null, cancellationToken);
        return await Router.CallAsync(route, async (candidate, ct) =>
        {
            Serve(call, candidate);
            var response = await clients.Of(candidate.Provider.Name).GetResponseAsync(messages, For(options!, call, candidate), ct);
            return Bytes(response) <= candidate.Provider.Options.MaxAnswerBytes ? response : throw RoutedAnswers.TooLong();
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = RoutedCall.Of(options);
        using var route = await router.BeginAsync(Operation, options?.ModelId, call, serves: null, cancellationToken);
        await using var stream = await Router.OpenAsync(
            route,
            (candidate, ct) =>
            {
                Serve(call, candidate);
                return clients.Of(candidate.Provider.Name).GetStreamingResponseAsync(messages, For(options!, call, candidate), ct);
            },
            static update => AnswerSize.Of(update.Contents));
        while (stream.HasCurrent)
        {
            yield return stream.Current;
            await stream.NextAsync();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static void Serve(RoutedCall? call, RouteCandidate candidate)
    {
        if (call is not null)
            call.Served = candidate.Model;
    }

    /// <summary>The options as this provider gets them: its name of the model, no more tokens than it may give, nothing of ours.</summary>
    private static ChatOptions For(ChatOptions options, RoutedCall? call, RouteCandidate candidate)
    {
        var own = options.Clone();
        own.ModelId = candidate.UpstreamId;
        own.AdditionalProperties?.Remove(RoutedCall.Key);
        own.MaxOutputTokens = Bound(options.MaxOutputTokens, candidate, call?.PromptTokens ?? 0);
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
