using CleanLlm.Testing;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>Waits for what happens by itself, as long as it takes and no longer than a deadline.</summary>
public static class Eventually
{
    /// <summary>Asks again and again until the condition holds.</summary>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Not within {Patience.Limit.TotalSeconds} s: {what}");
            }
        }
    }
}
