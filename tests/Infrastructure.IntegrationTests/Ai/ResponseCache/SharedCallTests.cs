using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>Callers that ask the same at the same time: one call, one payer, and none fails because of another.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SharedCallTests
{
    private static readonly ProviderException Refusal = new(ProviderFailure.Refused, "refused");

    [Test]
    public async Task Followers_InEitherDelivery_GetTheLeadersAnswer_AndDoNotPay()
    {
        var model = new PlayedModel();
        await using var host = new CacheHost(model);
        var calls = Enumerable.Range(0, 6).Select(_ => CacheHost.Call()).ToList();

        var answers = calls.Select((call, i) => i % 2 == 0 ? host.StreamAsync(call).ToChatResponseAsync() : host.AskAsync(call)).ToList();
        model.GoesOn();

        (await Task.WhenAll(answers)).Should().OnlyContain(answer => answer.Text == "one two" && answer.FinishReason == ChatFinishReason.Stop);
        model.Calls.Should().Be(1);
        calls.Select(call => call.Cached).Should().Equal(false, true, true, true, true, true);
        calls.Should().OnlyContain(call => call.Served == CacheHost.Wanted);
        (host.Counted("miss"), host.Counted("shared"), host.Counted("hit")).Should().Be((1, 5, 0));
    }

    [Test]
    public async Task Leader_WhoLeaves_LeavesTheCallToTheFollower_WhoThenPays()
    {
        var model = new PlayedModel();
        await using var host = new CacheHost(model);
        using var leaving = new CancellationTokenSource();
        var (leaders, followers) = (CacheHost.Call(), CacheHost.Call());
        var leader = host.StreamAsync(leaders, ct: leaving.Token).GetAsyncEnumerator();
        await leader.MoveNextAsync();
        var follower = host.StreamAsync(followers).GetAsyncEnumerator();
        await follower.MoveNextAsync();

        await leaving.CancelAsync();
        await leader.Invoking(async reading => await reading.MoveNextAsync()).Should().ThrowAsync<OperationCanceledException>();
        await leader.DisposeAsync();
        model.GoesOn();
        var text = follower.Current.Text;
        while (await follower.MoveNextAsync())
            text += follower.Current.Text;
        await follower.DisposeAsync();

        text.Should().Be("one two");
        model.Calls.Should().Be(1);
        (leaders.Cached, followers.Cached).Should().Be((true, false), "exactly one pays: who was there at the end");
    }

    [Test]
    public async Task WhileItRuns_EachCallSaysWhoServesIt_AndExactlyOneThatItPays()
    {
        var model = new PlayedModel { Serves = CacheHost.Smaller };
        await using var host = new CacheHost(model);
        var calls = Enumerable.Range(0, 3).Select(_ => CacheHost.Call()).ToList();
        var readers = calls.Select(call => host.StreamAsync(call).GetAsyncEnumerator()).ToList();

        foreach (var reader in readers)
            await reader.MoveNextAsync();

        calls.Should().OnlyContain(call => call.Served == CacheHost.Smaller, "a crash now would charge its price");
        calls.Select(call => call.Cached).Should().Equal(false, true, true);

        await readers[0].DisposeAsync();
        model.GoesOn();
        await readers[1].MoveNextAsync();
        await readers[2].MoveNextAsync();
        calls.Skip(1).Select(call => call.Cached).Should().Equal([false, true], "whoever comes next pays for one who left");
        foreach (var reader in readers.Skip(1))
            await reader.DisposeAsync();
    }

    [Test]
    public async Task AFollower_WhoLeavesBeforeTheFirstPiece_WasServedByNobody()
    {
        var model = new PlayedModel { FailsEarly = true };
        await using var host = new CacheHost(model);
        using var leaving = new CancellationTokenSource();
        var (leaders, followers) = (CacheHost.Call(), CacheHost.Call());
        var leader = host.StreamAsync(leaders).ToChatResponseAsync();
        var follower = host.StreamAsync(followers, ct: leaving.Token).ToChatResponseAsync();

        await leaving.CancelAsync();
        await follower.Invoking(answer => answer).Should().ThrowAsync<OperationCanceledException>();
        model.GoesOn();
        (await leader).Text.Should().Be("one two");

        model.Calls.Should().Be(1);
        (followers.Served, followers.Cached).Should().Be((null, false), "one who leaves pays for the prompt if a model was asked for them");
        (leaders.Served, leaders.Cached).Should().Be((CacheHost.Wanted, false));
    }

    [Test]
    public async Task TheCall_IsGivenUp_WhenTheLastReaderLeaves_WhoPaysForWhatCame()
    {
        var model = new PlayedModel();
        await using var host = new CacheHost(model);
        using var leaving = new CancellationTokenSource();
        var call = CacheHost.Call();
        var reading = host.StreamAsync(call, ct: leaving.Token).GetAsyncEnumerator();
        await reading.MoveNextAsync();

        await leaving.CancelAsync();
        await reading.Invoking(async reader => await reader.MoveNextAsync()).Should().ThrowAsync<OperationCanceledException>();
        await reading.DisposeAsync();

        await model.Cancelled;
        call.Cached.Should().BeFalse();
        model.GoesOn();
        (await host.AskAsync(CacheHost.Call())).Text.Should().Be("one two", "whoever asks after that asks anew");
        model.Calls.Should().Be(2);
    }

    [Test]
    public async Task Leader_WhoFails_DoesNotFailFollowersThatShowedNothingYet([Values] bool early)
    {
        var model = new PlayedModel { Fault = number => number == 1 ? Refusal : null, FailsEarly = early };
        await using var host = new CacheHost(model);
        var leaders = CacheHost.Call();
        var leader = host.StreamAsync(leaders).ToChatResponseAsync();
        var calls = Enumerable.Range(0, 5).Select(_ => CacheHost.Call()).ToList();
        var followers = calls.Select(call => host.AskAsync(call)).ToList();
        if (!early)
            await UntilAsync(() => calls.TrueForAll(call => call.Cached), "each has read the first piece at the leader's cost");

        model.GoesOn();

        await leader.Invoking(answer => answer).Should().ThrowAsync<ProviderException>();
        (await Task.WhenAll(followers)).Should().OnlyContain(answer => answer.Text == "one two");
        calls.Should().OnlyContain(call => !call.Cached, "each asked for itself, and pays for itself");
        leaders.Cached.Should().BeFalse();
    }

    [Test]
    public async Task AFollower_WhoShowedSomethingAlready_FailsWithTheLeader_AtNoCost()
    {
        var model = new PlayedModel { Fault = _ => Refusal };
        await using var host = new CacheHost(model);
        var (leaders, followers) = (CacheHost.Call(), CacheHost.Call());
        var leader = host.StreamAsync(leaders).GetAsyncEnumerator();
        await leader.MoveNextAsync();
        var follower = host.StreamAsync(followers).GetAsyncEnumerator();
        await follower.MoveNextAsync();

        model.GoesOn();
        await leader.Invoking(async reading => await reading.MoveNextAsync()).Should().ThrowAsync<ProviderException>();
        await follower.Invoking(async reading => await reading.MoveNextAsync()).Should().ThrowAsync<ProviderException>();
        await leader.DisposeAsync();
        await follower.DisposeAsync();

        model.Calls.Should().Be(1, "nothing is asked again after its first byte was shown");
        (leaders.Cached, followers.Cached).Should().Be((false, true));
    }

    [Test]
    public async Task OtherPartitions_AndCallsWithoutTerms_ShareNothing()
    {
        var model = new PlayedModel().GoesOn();
        await using var host = new CacheHost(model);
        var without = new RoutedCall { Candidates = [CacheHost.Wanted] };

        await Task.WhenAll(
            host.AskAsync(CacheHost.Call(1)), host.AskAsync(CacheHost.Call(2)), host.AskAsync(without), host.StreamAsync(without).ToChatResponseAsync());

        model.Calls.Should().Be(4);
        (host.Counted("miss"), host.Counted("shared"), host.Counted("hit")).Should().Be((2, 0, 0));
    }

    [Test]
    public async Task ManyAtOnce_WithReadersThatComeAndGo_NeverMakeASecondCall()
    {
        var model = new PlayedModel();
        await using var host = new CacheHost(model);
        var anchor = host.StreamAsync(CacheHost.Call()).ToChatResponseAsync();

        var leavers = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            using var leaving = new CancellationTokenSource();
            await using var reading = host.StreamAsync(CacheHost.Call(), ct: leaving.Token).GetAsyncEnumerator();
            await reading.MoveNextAsync();
            await leaving.CancelAsync();
        }));
        await Task.WhenAll(leavers);
        model.GoesOn();
        await anchor;
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (_, ct) => (await host.AskAsync(CacheHost.Call(), ct: ct)).Text.Should().Be("one two"));

        TestContext.Out.WriteLine($"401 equal requests, 200 of which left: {model.Calls} call; metrics: {host.Counted("hit")} hits, {host.Counted("shared")} shared, {host.Counted("miss")} missed");
        model.Calls.Should().Be(1);
    }

    private static async Task UntilAsync(Func<bool> reached, string what)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!reached())
            await poll.Invoking(async timer => await timer.WaitForNextTickAsync(deadline.Token)).Should().NotThrowAsync(what);
    }
}
