using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>Calls of clients that are not ours.</summary>
internal static class ThirdPartyClientCalls
{
    /// <summary>Waits for one answer within the time limits of its provider.</summary>
    /// <exception cref="ProviderException">There is none.</exception>
    public static async Task<T> AnswerAsync<T>(Func<CancellationToken, Task<T>> ask, ProviderOptions provider, TimeProvider clock, CancellationToken caller)
    {
        using var limits = new CallClock(provider, clock, caller);
        limits.ReadBegins();
        try
        {
            // Waited for from outside, as it may not listen to its token.
            return await ask(limits.Token).WaitAsync(limits.Token);
        }
        catch (Exception thrown) when (ThirdPartyClientFailures.IsFailure(thrown, caller))
        {
            throw limits.Expired ? ThirdPartyClientFailures.TooSlow() : ThirdPartyClientFailures.Of(thrown);
        }
    }
}
