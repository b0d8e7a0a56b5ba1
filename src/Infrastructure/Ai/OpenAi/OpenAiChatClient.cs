using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Speaks to one OpenAI-compatible server. Every failure is a <see cref="ProviderException"/>.</summary>
internal sealed class OpenAiChatClient(OpenAiChatRequests requests, ProviderOptions provider, TimeProvider clock) : HttpChatClient(provider, clock)
{
    protected override Task<HttpResponseMessage> OpenAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CallClock limits) =>
        requests.OpenAsync(messages, options, stream, limits);

    protected override IAnswerReader NewReader() => new OpenAiAnswers();
}
