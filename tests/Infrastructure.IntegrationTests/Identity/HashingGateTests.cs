using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Security.Hashing;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>The order of hashing, with work that lasts until it is told to end.</summary>
internal sealed class HashingGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> done = [];
    private readonly ManualResetEventSlim mayEnd = new();

    [TearDown]
    public void LetGo() => mayEnd.Set();

    [OneTimeTearDown]
    public void Forget() => mayEnd.Dispose();

    [SetUp]
    public void Begin()
    {
        mayEnd.Reset();
        done.Clear();
    }

    [Test]
    public async Task OnePayer_LeavesASlotToTheOthers()
    {
        var gate = Gate(atOnce: 2);
        var many = Enumerable.Range(0, 10).Select(i => HoldAsync(gate, "eve", $"eve {i}")).ToList();

        (await gate.RunAsync("ada", () => 42, default).WaitAsync(Patience)).Value.Should().Be(42);

        many.Should().OnlyContain(job => !job.IsCompleted);
        gate.Waiting.Should().Be(9, "one runs");
        mayEnd.Set();
        await Task.WhenAll(many).WaitAsync(Patience);
    }

    [Test]
    public async Task Payers_TakeTurns()
    {
        var gate = Gate(atOnce: 1);
        string[] asked = ["eve 1", "eve 2", "eve 3", "ada 1", "bob 1", "ada 2"];
        var jobs = asked.Select(name => HoldAsync(gate, name[..3], name)).ToList();

        mayEnd.Set();
        await Task.WhenAll(jobs).WaitAsync(Patience);

        done.Should().Equal("eve 1", "ada 1", "bob 1", "eve 2", "ada 2", "eve 3");
    }

    [Test]
    public async Task WhatOnePayerHasTooMuch_IsRefusedAtOnce_AndTheOthersAreNot()
    {
        var gate = Gate(atOnce: 1, ofOne: 3);
        var kept = Enumerable.Range(0, 4).Select(i => HoldAsync(gate, "eve", $"eve {i}")).ToList();

        (await HoldAsync(gate, "eve", "excess").WaitAsync(Patience)).Error.Should().Be(AuthErrors.Busy);

        var other = HoldAsync(gate, "ada", "ada");
        mayEnd.Set();
        (await other.WaitAsync(Patience)).IsSuccess.Should().BeTrue();
        (await Task.WhenAll(kept).WaitAsync(Patience)).Should().OnlyContain(job => job.IsSuccess);
        done.Should().NotContain("excess");
    }

    [Test]
    public async Task WhenAllPlacesAreTaken_ANewcomerTakesTheLastOfWhoeverHasMost()
    {
        var gate = Gate(atOnce: 1, most: 4);
        _ = HoldAsync(gate, "bob", "runs");
        var (eve1, eve2, eve3) = (HoldAsync(gate, "eve", "eve 1"), HoldAsync(gate, "eve", "eve 2"), HoldAsync(gate, "eve", "eve 3"));
        var cal = HoldAsync(gate, "cal", "cal");

        var ada = HoldAsync(gate, "ada", "ada");

        (await eve3.WaitAsync(Patience)).Error.Should().Be(AuthErrors.Busy);
        (await HoldAsync(gate, "eve", "eve 4").WaitAsync(Patience)).Error.Should().Be(AuthErrors.Busy, "nobody has more than she has");
        gate.Waiting.Should().Be(4);
        mayEnd.Set();
        (await Task.WhenAll(eve1, eve2, cal, ada).WaitAsync(Patience)).Should().OnlyContain(job => job.IsSuccess);
    }

    [Test]
    public async Task WhoeverHangsUp_LeavesThePlace()
    {
        var gate = Gate(atOnce: 1);
        var first = HoldAsync(gate, "eve", "first");
        using var hangUp = new CancellationTokenSource();
        var second = gate.RunAsync("ada", () => true, hangUp.Token);

        await hangUp.CancelAsync();

        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
        gate.Waiting.Should().Be(0);
        mayEnd.Set();
        (await first.WaitAsync(Patience)).IsSuccess.Should().BeTrue();
        (await gate.RunAsync("ada", () => true, default).WaitAsync(Patience)).Value.Should().BeTrue();
    }

    [Test]
    public async Task AFailure_IsTheCallers_AndFreesTheSlot()
    {
        var gate = Gate(atOnce: 1);

        await FluentActions.Awaiting(() => gate.RunAsync<bool>("ada", () => throw new InvalidOperationException("broken"), default))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("broken");

        (await gate.RunAsync("ada", () => true, default).WaitAsync(Patience)).Value.Should().BeTrue();
    }

    [Test]
    public async Task NoThreadOfThePool_Hashes() =>
        (await Gate(atOnce: 1).RunAsync("ada", () => Thread.CurrentThread.IsThreadPoolThread, default).WaitAsync(Patience)).Value.Should().BeFalse();

    private static HashingGate Gate(int atOnce, int most = 100, int ofOne = 100) =>
        new(Options.Create(new HashingOptions { AtOnce = atOnce, MaxWaiting = most, MaxWaitingOfOne = ofOne }));

    private Task<Result<string>> HoldAsync(HashingGate gate, string payer, string name) => gate.RunAsync(
        payer,
        () =>
        {
            mayEnd.Wait(Patience);
            lock (done)
                done.Add(name);
            return name;
        },
        default);
}
