using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Domain.UnitTests.Quotas;

/// <summary>How a reservation grows: a prompt of 100 tokens, an answer of up to 4,000, of which 256 were held at admission.</summary>
public sealed class ReservationGrowthTests
{
    private static readonly DateTimeOffset Admitted = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly UserId Caller = UserId.New(Admitted);
    private static readonly QuotaDemand Demand = new(100, 4_000, LengthIsSet: false, new TokenPrice(Prompt: 1, Completion: 2, "v1"));
    private static readonly PlanLimit Tokens = new(QuotaMetric.Tokens, QuotaWindow.Minute, 5_000);
    private static readonly PlanLimit Cost = new(QuotaMetric.CostMicros, QuotaWindow.Month, 10_000);
    private static readonly PlanLimit Requests = new(QuotaMetric.Requests, QuotaWindow.Minute, 1);
    private static readonly PlanLimit AtOnce = new(QuotaMetric.Concurrency, QuotaWindow.Running, 1);

    [TestCase(4_000, 512, 756, TestName = "Grow_TakesAnEighthOfWhatIsFree")]
    [TestCase(4_000, 2_000, 2_000, TestName = "Grow_TakesWhatIsWantedWhereThatIsMore")]
    [TestCase(400, 512, 512, TestName = "Grow_ByAPortionWhereAnEighthIsLess")]
    [TestCase(90, 512, 346, TestName = "Grow_ByWhatThereIsWhereThatIsLessThanAPortion")]
    [TestCase(4_000, 9_000, 4_000, TestName = "Grow_NeverBeyondTheBound")]
    public void Grow(long free, int wanted, int grown)
    {
        var larger = Grow([Tokens], [Counter(Tokens, reserved: 5_000 - free)], wanted).Value;

        larger.Should().BeEquivalentTo(new { CompletionTokens = grown, Bound = 4_000 });
        larger.Holds.Should().Equal(new QuotaHold(QuotaMetric.Tokens, QuotaWindow.Minute, QuotaWindow.Minute.PeriodStart(Admitted), 100 + grown));
    }

    [Test]
    public void Grow_UnderSeveralLimits_GoesByTheTightest_AndLeavesThoseThatDoNotDependOnTheLength()
    {
        PlanLimit[] limits = [Requests, Tokens, Cost, AtOnce];

        // The whole is held by it alone, and 9,700 of the 10,000 micros: 612 of those are its own, so there is room for 150 tokens more.
        var larger = Grow(
            limits, [Counter(Requests, 1), Counter(Tokens, 356), Counter(Cost, 9_700_000), Counter(AtOnce, 1)], wanted: 512).Value;

        larger.CompletionTokens.Should().Be(256 + 150);
        larger.Holds.Select(hold => hold.Amount).Should().Equal(1, 506, 912_000, 1);
    }

    [Test]
    public void Grow_WhenOnlyWhatOthersHoldIsInTheWay_SaysSo() =>
        Grow([Tokens], [Counter(Tokens, reserved: 5_000)], 512).Error!.Code.Should().Be("quota.reserved");

    [Test]
    public void Grow_WhenTheBudgetIsUsed_SaysSo() =>
        Grow([Tokens], [Counter(Tokens, reserved: 356, used: 4_644)], 512).Error!.Code.Should().Be("quota.exceeded");

    [Test]
    public void Grow_InThePeriodOfAdmission_WhateverHasBegunSince()
    {
        var next = Counter(Tokens, reserved: 5_000) with { PeriodStart = QuotaWindow.Minute.PeriodStart(Admitted.AddMinutes(1)) };

        Grow([Tokens], [Counter(Tokens, reserved: 4_600), next], 512).Value.CompletionTokens.Should().Be(512);
    }

    [Test]
    public void Grow_ToWhatIsHeldAlready_ChangesNothing()
    {
        var held = Held([Tokens]);

        held.Grow(Caller, [Tokens], [Counter(Tokens, reserved: 5_000)], Demand, wanted: 256, Admitted).Value.Should().BeSameAs(held);
    }

    [TestCase(512, 512)]
    [TestCase(9_000, 4_000)]
    public void LargerFor_IsWhatIsWanted_AtMostItsBound(int wanted, int larger)
    {
        var grown = Held([Tokens]).LargerFor([Tokens], Demand, wanted, Admitted);

        grown.Should().BeEquivalentTo(new { CompletionTokens = larger, Bound = 4_000 });
        grown.Holds.Should().ContainSingle().Which.Amount.Should().Be(100 + larger);
    }

    [TestCase(256, 4_000)]
    [TestCase(100, 4_000)]
    [TestCase(9_000, 256)]
    public void LargerFor_WhatIsHeldAlready_IsTheSame(int wanted, int bound)
    {
        var held = Held([Tokens]) with { Bound = bound };

        held.LargerFor([Tokens], Demand, wanted, Admitted).Should().BeSameAs(held);
    }

    [Test]
    public void Grow_WhateverIsLeft_NeverHoldsMoreThanALimitLeaves() =>
        Properties.Hold<(ushort Amount, byte Used, byte Others, ushort Wanted)>(given =>
        {
            PlanLimit[] limits = [Tokens with { Amount = given.Amount }, Cost with { Amount = given.Amount }];
            var held = Held(limits);
            QuotaCounter[] counters = [.. limits.Select((limit, i) => Counter(limit, given.Others + held.Holds[i].Amount, given.Used))];
            var decision = held.Grow(Caller, limits, counters, Demand, given.Wanted, Admitted);
            return !decision.IsSuccess
                || ReferenceEquals(decision.Value, held)
                || (decision.Value.CompletionTokens > held.CompletionTokens
                    && decision.Value.Holds.Zip(limits).All(pair => given.Used + given.Others + pair.First.Amount <= pair.Second.CounterAmount));
        });

    private static Domain.Results.Result<Reservation> Grow(PlanLimit[] limits, QuotaCounter[] counters, int wanted) =>
        Held(limits).Grow(Caller, limits, counters, Demand, wanted, Admitted);

    private static Reservation Held(PlanLimit[] limits) => Reservation.For(limits, Demand, 256, Admitted) with { Bound = 4_000 };

    private static QuotaCounter Counter(PlanLimit limit, long reserved, long used = 0) =>
        new(new QuotaSubjectId(Caller.Value), limit.Metric, limit.Window, limit.Window.PeriodStart(Admitted)) { Used = used, Reserved = reserved };
}
