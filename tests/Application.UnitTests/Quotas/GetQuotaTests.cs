using CleanLlm.Application.Callers;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Quotas;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GetQuotaTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 23, 59, 30, TimeSpan.Zero);
    private static readonly UserId UserId = UserId.New(Now);

    private readonly IPlanLookup plans = Substitute.For<IPlanLookup>();
    private readonly IQuotaQueries quotas = Substitute.For<IQuotaQueries>();

    [Test]
    public async Task Quota_ShowsEveryLimitOfThePlan_UsedOrNot()
    {
        Subscribe(
            new PlanLimit(QuotaMetric.Requests, QuotaWindow.Minute, 10),
            new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Month, 1000));
        Count(new QuotaCounter(new QuotaSubjectId(UserId.Value), QuotaMetric.Tokens, QuotaWindow.Month, QuotaWindow.Month.PeriodStart(Now)) { Used = 600, Reserved = 150 });

        var status = (await HandleAsync()).Value;

        status.Plan.Should().Be("test");
        status.Limits.Should().Equal(
            new QuotaLimitDto(QuotaMetric.Requests, QuotaWindow.Minute, 10, 0, 0, 10, new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)),
            new QuotaLimitDto(QuotaMetric.Tokens, QuotaWindow.Month, 1000, 600, 150, 250, new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Test]
    public async Task Quota_WhenALimitWasLoweredBelowItsUse_LeavesNothing()
    {
        Subscribe(new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 5));
        Count(new QuotaCounter(new QuotaSubjectId(UserId.Value), QuotaMetric.Requests, QuotaWindow.Day, QuotaWindow.Day.PeriodStart(Now)) { Used = 7 });

        (await HandleAsync()).Value.Limits.Should().ContainSingle().Which.Remaining.Should().Be(0);
    }

    [Test]
    public async Task Quota_WhenTheUserIsGone_IsUnauthenticated() => (await HandleAsync()).Error.Should().Be(AuthErrors.AccountUnavailable);

    private Task<Domain.Results.Result<QuotaStatusDto>> HandleAsync()
    {
        var user = Substitute.For<ICurrentUser>();
        user.Id.Returns(UserId);
        return new GetQuotaHandler(plans, quotas, user, new FakeTimeProvider(Now)).Handle(new GetQuota(), default);
    }

    private void Subscribe(params PlanLimit[] limits)
    {
        var terms = new PlanTerms("test", IsDefault: true, Concurrency: null, [], MaxOutputTokens: null, limits);
        plans.PlanOfAsync(UserId, default).ReturnsForAnyArgs(Plan.Create(terms, Now).Value);
        Count();
    }

    private void Count(params QuotaCounter[] counters) => quotas.CurrentAsync(UserId, Now, default).ReturnsForAnyArgs(counters);
}
