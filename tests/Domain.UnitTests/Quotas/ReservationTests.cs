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

        Reservation.Decide(Caller, [Tokens], [counter], Demand(100, allowed - 300, min: allowed - 300), Now).IsSuccess.Should().BeTrue();
        Reservation.Decide(Caller, [Tokens], [counter], Demand(100, allowed - 299, min: allowed - 299), Now).Error!.Limit!.Limit.Should().Be(allowed);
    }

    [Test]
    public void Decide_WhenLessIsLeftThanWanted_ShortensTheAnswerToWhatFits()
    {
        var decision = Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 500, reserved: 300)], Demand(100, 400, min: 1), Now);

        decision.Value.CompletionTokens.Should().Be(100);
        decision.Value.Holds.Should().ContainSingle().Which.Amount.Should().Be(200);
    }

    [Test]
    public void Decide_WhenTheTightestLimitIsTheLast_ShortensEveryHoldToIt()
    {
        var decision = Reservation.Decide(Caller, [Tokens, Cost], [Counter(Cost, used: 380_000, reserved: 0)], Demand(100, 400, min: 1), Now);

        // 120 micros are left; the prompt takes 100 of them, ten completion tokens the rest.
        decision.Value.CompletionTokens.Should().Be(10);
        decision.Value.Holds.Select(hold => hold.Amount).Should().Equal(110, 120_000);
    }

    [Test]
    public void Decide_WhenTheCallersOwnMaximumDoesNotFit_RefusesInsteadOfShortening()
    {
        var decision = Reservation.Decide(Caller, [Tokens], [Counter(Tokens, used: 800, reserved: 0)], Demand(100, 101), Now);

        decision.Error!.Code.Should().Be("quota.exceeded");
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
    public void Decide_WhenReservationsAloneFillTheLimit_NamesTheLimitAndItsReset()
    {
        var decision = Reservation.Decide(Caller, [AtOnce, Requests], [Counter(Requests, used: 1, reserved: 2)], Demand(1, 1), Now);

        var error = decision.Error!;
        error.Kind.Should().Be(ErrorKind.LimitExceeded);
        error.Code.Should().Be("quota.exceeded");
        error.Limit.Should().Be(new LimitHit("requests", "minute", 3, Now.AddSeconds(18)));
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(18));
    }

    [Test]
    public void Decide_WhenAllSlotsRun_IsARateLimit()
    {
        var error = Reservation.Decide(Caller, [AtOnce], [Counter(AtOnce, used: 0, reserved: 2)], Demand(1, 1), Now).Error!;

        error.Code.Should().Be("rate_limit.exceeded");
        error.Limit!.Metric.Should().Be("concurrency");
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Test]
    public void Decide_WhateverIsLeft_NeverHoldsMoreThanALimitLeaves() =>
        Properties.Hold<(ushort Amount, byte Used, byte Reserved, byte Prompt, ushort Max)>(given =>
        {
            PlanLimit[] limits = [Tokens with { Amount = given.Amount }, Cost with { Amount = given.Amount }];
            QuotaCounter[] counters = [.. limits.Select(limit => Counter(limit, given.Used, given.Reserved))];
            var decision = Reservation.Decide(Caller, limits, counters, Demand(given.Prompt, given.Max, min: 0), Now);
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

    private static QuotaDemand Demand(int prompt, int max, int? min = null) => new(prompt, max, min ?? max, Price);

    private static QuotaCounter Counter(PlanLimit limit, long used, long reserved) =>
        new(new QuotaSubjectId(Caller.Value), limit.Metric, limit.Window, limit.Window.PeriodStart(Now)) { Used = used, Reserved = reserved };
}
