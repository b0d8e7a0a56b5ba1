using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using static CleanLlm.Domain.Quotas.QuotaMetric;
using static CleanLlm.Domain.Quotas.QuotaWindow;

namespace CleanLlm.Domain.UnitTests.Quotas;

/// <summary>Counters as they will be once what is held of them is charged.</summary>
internal sealed class QuotaCounterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static readonly UserId User = UserId.New(Now);

    private static readonly ApiKeyId Key = ApiKeyId.New(Now);

    private static readonly QuotaHold Hold = new(Tokens, Day, Day.PeriodStart(Now), 300);

    [Test]
    public void AfterCharging_MovesWhatIsHeld_ToWhatIsUsed()
    {
        var counter = CounterOf(User) with { Used = 100, Reserved = 900, Granted = 7 };

        counter.AfterCharging(User, [Held(Hold), Held(Hold with { Amount = 50 }, Hold with { Metric = CostMicros })])
            .Should().Be(counter with { Used = 450, Reserved = 550 });
    }

    [Test]
    public void AfterCharging_LeavesACounterAlone_OfWhichNothingIsHeld()
    {
        var counter = CounterOf(User) with { Reserved = 900 };

        counter.AfterCharging(User, [Held(
            Hold with { Metric = CostMicros },
            Hold with { Window = Month },
            Hold with { PeriodStart = Hold.PeriodStart.AddDays(-1) },
            Hold with { Key = Key })]).Should().Be(counter);
        counter.AfterCharging(UserId.New(Now), [Held(Hold)]).Should().Be(counter);
        counter.AfterCharging(User, []).Should().Be(counter);
    }

    [Test]
    public void AfterCharging_OfAKeysCounter_IsOfItsOwnHolds()
    {
        var counter = CounterOf(User, Key) with { Reserved = 900 };

        counter.AfterCharging(User, [Held(Hold, Hold with { Key = Key, Amount = 20 })]).Should().Be(counter with { Used = 20, Reserved = 880 });
    }

    private static QuotaCounter CounterOf(UserId user, ApiKeyId? key = null) => new(QuotaSubjectId.Of(user, key), Tokens, Day, Day.PeriodStart(Now));

    private static Reservation Held(params QuotaHold[] holds) => new(holds, CompletionTokens: 256);
}
