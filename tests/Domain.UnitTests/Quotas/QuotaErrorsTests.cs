using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class QuotaErrorsTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 31, 23, 59, 0, TimeSpan.Zero);

    [TestCase(false, "The limit of 5 costMicros a month leaves no room for this request.", TestName = "Exceeded_SaysWhichLimitOfTheUser")]
    [TestCase(true, "The API key's limit of 5 costMicros a month leaves no room for this request.", TestName = "Exceeded_SaysWhichLimitOfAKey")]
    public void Exceeded_SaysWhichLimit(bool isOfKey, string detail)
    {
        var limit = new PlanLimit(QuotaMetric.CostMicros, QuotaWindow.Month, 5) { Key = isOfKey ? ApiKeyId.New(Now) : null };

        QuotaErrors.Exceeded(limit, Now).Should().BeEquivalentTo(new { Kind = ErrorKind.LimitExceeded, Code = "quota.exceeded", Detail = detail });
    }

    [Test]
    public void Exceeded_ForConcurrency_IsARateLimit() =>
        QuotaErrors.Exceeded(new PlanLimit(QuotaMetric.Concurrency, QuotaWindow.Running, 3), Now).Should().BeEquivalentTo(
            new { Kind = ErrorKind.LimitExceeded, Code = "rate_limit.exceeded", Detail = "At most 3 completions may run at the same time." });

    [Test]
    public void Exceeded_NamesMetricAndWindowAsTheContractDoes()
    {
        var error = QuotaErrors.Exceeded(new PlanLimit(QuotaMetric.CostMicros, QuotaWindow.Month, 5), Now);

        error.Limit.Should().Be(new LimitHit("costMicros", "month", 5, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        error.RetryAfter.Should().Be(TimeSpan.FromMinutes(1));
    }

    [Test]
    public void Reserved_NamesTheSameLimit_ButNotItsResetForARetry()
    {
        var error = QuotaErrors.Reserved(new PlanLimit(QuotaMetric.CostMicros, QuotaWindow.Month, 5) { Key = ApiKeyId.New(Now) }, Now);

        error.Code.Should().Be("quota.reserved");
        error.Detail.Should().Contain("API key's limit of 5 costMicros a month");
        error.Limit.Should().Be(new LimitHit("costMicros", "month", 5, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void Reserved_OfAUsersLimit_NamesNoKey() =>
        QuotaErrors.Reserved(new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 5), Now).Should().BeEquivalentTo(
            new { Kind = ErrorKind.LimitExceeded, Detail = "Running completions hold the rest of the limit of 5 tokens a day; the part they do not use becomes free when they end." });

    [Test]
    public void ModelNotInPlan_IsForbidden() =>
        QuotaErrors.ModelNotInPlan("big").Should().BeEquivalentTo(
            new { Kind = ErrorKind.Forbidden, Code = "model.not_in_plan", Detail = "Your plan does not include the model 'big'." });
}
