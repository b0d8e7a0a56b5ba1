using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class QuotaErrorsTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 31, 23, 59, 0, TimeSpan.Zero);

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
    public void ModelNotInPlan_IsForbidden()
    {
        var error = QuotaErrors.ModelNotInPlan("big");

        error.Kind.Should().Be(ErrorKind.Forbidden);
        error.Detail.Should().Contain("'big'");
    }
}
