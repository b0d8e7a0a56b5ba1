using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class ReservationTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly UserId Caller = UserId.New(Now);
    private static readonly TokenPrice Price = new(Prompt: 1, Completion: 2, "v1");
    private static readonly PlanLimit Tokens = new(QuotaMetric.Tokens, QuotaWindow.Day, 1000);
    private static readonly PlanLimit Cost = new(QuotaMetric.CostMicros, QuotaWindow.Month, 500);
    private static readonly PlanLimit Requests = new(QuotaMetric.Requests, QuotaWindow.Minute, 3);
    private static readonly PlanLimit AtOnce = new(QuotaMetric.Concurrency, QuotaWindow.Running, 2);

    [Test]
    public void Decide_WithoutLimits_GrantsTheWholeAnswer()
    {
        var decision = Reservation.Decide(Caller, [], [], Demand(100, 400), Now);

        decision.Value.Holds.Should().BeEmpty();
        decision.Value.CompletionTokens.Should().Be(400);
    }

    [Test]
    public void Decide_WithRoomUnderEveryLimit_HoldsTheEstimateOfEachInItsPeriod()
    {
        var decision = Reservation.Decide(Caller, [AtOnce, Requests, Tokens, Cost], [], Demand(100, 150), Now);

        decision.Value.CompletionTokens.Should().Be(150);
        decision.Value.Holds.Should().Equal(
            new QuotaHold(QuotaMetric.Concurrency, QuotaWindow.Running, DateTimeOffset.UnixEpoch, 1),
            new QuotaHold(QuotaMetric.Requests, QuotaWindow.Minute, QuotaWindow.Minute.PeriodStart(Now), 1),
            new QuotaHold(QuotaMetric.Tokens, QuotaWindow.Day, QuotaWindow.Day.PeriodStart(Now), 250),
            new QuotaHold(QuotaMetric.CostMicros, QuotaWindow.Month, QuotaWindow.Month.PeriodStart(Now), 400_000));
    }

    [TestCase(200, 1200)]
    [TestCase(-300, 700)]
    public void Decide_CountsWhatAnAdminGaveOrTook(int granted, int allowed)
    {
        var counter = Counter(Tokens, used: 100, reserved: 100) with { Granted = granted };

        Reservation.Decide(Caller, [Tokens], [counter], Demand(100, allowed - 300, isSet: true), Now).IsSuccess.Should().BeTrue();
        Reservation.Decide(Caller, [Tokens], [counter], Demand(100, allowed - 299, isSet: true), Now).Error!.Limit!.Limit.Should().Be(allowed);
    }

    [Test]
    public void Decide_WhenLessIsUnusedThanWanted_ShortensTheAnswerToWhatFits([Values] bool isSet)
    {
        var decision = Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 800, reserved: 0)], Demand(100, 400, isSet), Now);

        decision.Value.Should().BeEquivalentTo(new { CompletionTokens = 100, Bound = 100 });
        decision.Value.Holds.Should().ContainSingle().Which.Amount.Should().Be(200);
    }

    [Test]
    public void Decide_WhereALengthIsSet_HoldsItWhole() =>
        Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 0, reserved: 100)], Demand(100, 800, isSet: true), Now).Value
            .Should().BeEquivalentTo(new { CompletionTokens = 800, Bound = 800 });

    // A prompt of 100 tokens and an answer of up to 1,000: eight of them take 8,800.
    [TestCase(8_800, 1_000)]
    [TestCase(8_799, 999)]
    [TestCase(4_000, 400)]
    [TestCase(2_848, 256)]
    [TestCase(1_000, 256)]
    [TestCase(356, 256)]
    public void Decide_WhereNoLengthIsSet_HoldsAnEighthOfWhatIsFree_AndAtLeastAPortion(long free, int held)
    {
        var decision = Reservation.Decide(Caller, [Tokens with { Amount = free + 700 }], [Counter(Tokens, 0, reserved: 700)], Demand(100, 1_000), Now);

        decision.Value.Should().BeEquivalentTo(new { CompletionTokens = held, Bound = (int)Math.Min(1_000, free + 600) });
        decision.Value.Holds.Should().ContainSingle().Which.Amount.Should().Be(100 + held);
    }

    [TestCase(true, 900)]
    [TestCase(false, 256)]
    public void Decide_WhenOnlyWhatOthersHoldIsInTheWay_SaysSo(bool isSet, int held)
    {
        QuotaCounter Reserved(long amount) => Counter(Tokens, used: 0, reserved: amount);

        Reservation.Decide(Caller, [Tokens with { Amount = 2_000 }], [Reserved(1_900 - held)], Demand(100, 900, isSet), Now).Value.CompletionTokens.Should().Be(held);
        var error = Reservation.Decide(Caller, [Tokens with { Amount = 2_000 }], [Reserved(1_901 - held)], Demand(100, 900, isSet), Now).Error!;

        error.Should().BeEquivalentTo(new { Kind = ErrorKind.LimitExceeded, Code = "quota.reserved" });
        error.Limit.Should().Be(new LimitHit("tokens", "day", 2_000, new DateTimeOffset(2026, 3, 6, 0, 0, 0, TimeSpan.Zero)));
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void Decide_WhenThePromptAloneFillsTheLimit_IsUsedUp_WhateverOthersHold() =>
        Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 900, reserved: 50)], Demand(100, 400), Now).Error!.Code.Should().Be("quota.exceeded");

    [Test]
    public void Decide_ForEmbeddings_NeedsNoRoomForAnAnswer()
    {
        QuotaCounter[] counters = [Counter(Tokens, used: 900, reserved: 0)];

        Reservation.Decide(Caller, [Tokens], counters, Demand(100, 0), Now).Value.CompletionTokens.Should().Be(0);
        Reservation.Decide(Caller, [Tokens], counters, Demand(101, 0), Now).Error!.Code.Should().Be("quota.exceeded");
    }

    [TestCase(256, false, 0)]
    [TestCase(257, true, 0)]
    [TestCase(257, false, 7 * 357)]
    public void Clearance_IsForMoreThanAPortion_WhereNoLengthIsSet(int max, bool isSet, long clearance)
    {
        Demand(100, max, isSet).Clearance(QuotaMetric.Tokens).Should().Be(clearance);
        Demand(100, max, isSet).Clearance(QuotaMetric.Requests).Should().Be(0);
    }

    [Test]
    public void Clearance_OfTheDearestDemand_IsWithinTheRangeOfACounter()
    {
        var dearest = new TokenPrice(TokenPrice.Max, TokenPrice.Max, "v1") { Request = TokenPrice.Max };

        new QuotaDemand(int.MaxValue, int.MaxValue, LengthIsSet: false, dearest).Clearance(QuotaMetric.CostMicros).Should().Be(3_007_177_105_800_000_000);
    }

    [Test]
    public void Clearance_IsWhatMustBeFreeForAWholeHold() =>
        Properties.Hold<(ushort Free, byte Prompt, ushort Max, bool IsSet)>(given =>
        {
            var demand = Demand(given.Prompt, given.Max + 1, given.IsSet);
            PlanLimit[] limits = [Requests, Tokens with { Amount = given.Free }, Cost with { Amount = 2 * given.Free }];
            var decision = Reservation.Decide(Caller, limits, [], demand, Now);
            var isClear = limits.All(limit =>
                demand.Estimate(limit.Metric, demand.MaxCompletionTokens) + demand.Clearance(limit.Metric) <= limit.CounterAmount);
            // Little that is wanted is held whole also where no eight of it fit.
            return !isClear || decision.Value.CompletionTokens == demand.MaxCompletionTokens;
        });

    [TestCase(0, 0)]
    [TestCase(5, 1)]
    public void LeastCompletionTokens_IsOne_WhereAnAnswerIsWanted(int max, int least) => Demand(100, max).LeastCompletionTokens.Should().Be(least);

    [TestCase(1, true)]
    [TestCase(0, false)]
    public void CompletionTokensWithin_ALimitOfRequests_IsAnyOrNone(long remaining, bool isAny) =>
        Demand(100, 50).CompletionTokensWithin(QuotaMetric.Requests, remaining).Should().Be(isAny ? long.MaxValue : -1);

    [Test]
    public void Decide_WhenTheTightestLimitIsTheLast_ShortensEveryHoldToIt()
    {
        var decision = Reservation.Decide(Caller, [Tokens, Cost], [Counter(Cost, used: 380_000, reserved: 0)], Demand(100, 400), Now);

        // 120 micros are left; the prompt takes 100 of them, ten completion tokens the rest.
        decision.Value.CompletionTokens.Should().Be(10);
        decision.Value.Holds.Select(hold => hold.Amount).Should().Equal(110, 120_000);
    }

    [Test]
    public void Decide_WhenExactlyTheWantedAnswerFits_GrantsIt() =>
        Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 800, reserved: 0)], Demand(100, 100), Now).Value.CompletionTokens.Should().Be(100);

    [Test]
    public void Decide_WhenAnotherPeriodIsSpent_GrantsAllTheSame()
    {
        var yesterday = Counter(Tokens, used: 1000, reserved: 0) with { PeriodStart = QuotaWindow.Day.PeriodStart(Now.AddDays(-1)) };

        Reservation.Decide(Caller, [Tokens], [yesterday], Demand(100, 100), Now).IsSuccess.Should().BeTrue();
    }

    [Test]
    public void Decide_WhenReservationsAloneFillTheLimit_NamesTheLimitAndAShortWait()
    {
        var decision = Reservation.Decide(Caller, [AtOnce, Requests], [Counter(Requests, used: 1, reserved: 2)], Demand(1, 1), Now);

        var error = decision.Error!;
        error.Kind.Should().Be(ErrorKind.LimitExceeded);
        error.Code.Should().Be("quota.reserved");
        error.Limit.Should().Be(new LimitHit("requests", "minute", 3, Now.AddSeconds(18)));
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void Decide_WhenAllSlotsRun_IsARateLimit()
    {
        var error = Reservation.Decide(Caller, [AtOnce], [Counter(AtOnce, used: 0, reserved: 2)], Demand(1, 1), Now).Error!;

        error.Code.Should().Be("rate_limit.exceeded");
        error.Limit!.Metric.Should().Be("concurrency");
        Reservation.Decide(Caller, [Tokens, AtOnce], [Counter(Tokens, 0, 1000), Counter(AtOnce, 0, 2)], Demand(1, 1), Now).Error!.Code
            .Should().Be("rate_limit.exceeded", "no waiting for what others hold helps there");
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Test]
    public void Decide_WhateverIsLeft_NeverHoldsMoreThanALimitLeaves() =>
        Properties.Hold<(ushort Amount, byte Used, byte Reserved, byte Prompt, ushort Max)>(given =>
        {
            PlanLimit[] limits = [Tokens with { Amount = given.Amount }, Cost with { Amount = given.Amount }];
            QuotaCounter[] counters = [.. limits.Select(limit => Counter(limit, given.Used, given.Reserved))];
            var decision = Reservation.Decide(Caller, limits, counters, Demand(given.Prompt, given.Max), Now);
            return !decision.IsSuccess
                || decision.Value.Holds.All(hold => given.Used + given.Reserved + hold.Amount <= given.Amount);
        });

    [Test]
    public void Charge_OfEachMetric_IsWhatTheLedgerSays()
    {
        var entry = new UsageEntry(CompletionId.New(Now), Caller, "m", "p", 100, 20, 140_000, "v1", UsageBasis.Reported, Now);

        Charge(QuotaMetric.Requests, entry).Should().Be(1);
        Charge(QuotaMetric.Tokens, entry).Should().Be(120);
        Charge(QuotaMetric.CostMicros, entry).Should().Be(140_000);
        Charge(QuotaMetric.Concurrency, entry).Should().Be(0);
    }

    [Test]
    public void Charge_OfNothing_IsZero() => Enum.GetValues<QuotaMetric>().Should().OnlyContain(metric => Charge(metric, null) == 0);

    private static long Charge(QuotaMetric metric, UsageEntry? entry) =>
        new QuotaHold(metric, QuotaWindow.Day, QuotaWindow.Day.PeriodStart(Now), 500).Charge(entry);

    private static QuotaDemand Demand(int prompt, int max, bool isSet = false) => new(prompt, max, isSet, Price);

    private static QuotaCounter Counter(PlanLimit limit, long used, long reserved) =>
        new(new QuotaSubjectId(Caller.Value), limit.Metric, limit.Window, limit.Window.PeriodStart(Now)) { Used = used, Reserved = reserved };
}
