using CleanLlm.Application.Administration;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AdjustQuotaTests
{
    private const string Reason = "Ticket 4711: they asked";

    private readonly AdministrationFixture fixture = new();
    private readonly IPlanLookup plans = Substitute.For<IPlanLookup>();
    private readonly IQuotaAdjustments adjustments = Substitute.For<IQuotaAdjustments>();

    [SetUp]
    public void Subscribe()
    {
        PlanTerms terms = new("free", IsDefault: true, Concurrency: 3, [], MaxOutputTokens: null, [new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 100)]);
        plans.PlanOfAsync(default, default).ReturnsForAnyArgs(Plan.Create(terms, fixture.Accounts.Clock.GetUtcNow()).Value);
        adjustments.GrantAsync(default, null!, default, default, default).ReturnsForAnyArgs(call =>
            new QuotaCounter(QuotaSubjectId.Of(call.Arg<UserId>(), null), QuotaMetric.Tokens, QuotaWindow.Day, default) { Granted = call.ArgAt<long>(2), Used = 30 });
    }

    [Test]
    public async Task AnAdjustment_GivesTheLimitAsItIsThen_AndIsAuditedWithItsReason()
    {
        (await AdjustAsync(50)).Value.Should().BeEquivalentTo(new { Limit = 150, Used = 30, Remaining = 120 });
        (await AdjustAsync(-500)).Value.Should().BeEquivalentTo(new { Limit = 0, Used = 30, Remaining = 0 });

        fixture.Accounts.Audited[0].Should().Be(new AuditEvent(
            AuditActions.QuotaAdjusted,
            fixture.Accounts.User.Id.Value,
            fixture.Somebody.Id.Value,
            $$"""{"metric":"tokens","window":"day","amount":50,"reason":"{{Reason}}"}"""));
    }

    [TestCase(QuotaMetric.Tokens, QuotaWindow.Month)]
    [TestCase(QuotaMetric.Requests, QuotaWindow.Day)]
    [TestCase(QuotaMetric.Concurrency, QuotaWindow.Running)]
    public async Task ALimitThatThePlanHasNot_IsRefused(QuotaMetric metric, QuotaWindow window)
    {
        (await AdjustAsync(1, metric, window)).Error!.Code.Should().Be("plan.no_such_limit");

        adjustments.ReceivedCalls().Should().BeEmpty();
    }

    [Test]
    public async Task ADisabledUser_HasNoQuota()
    {
        plans.PlanOfAsync(default, default).ReturnsForAnyArgs((Plan?)null);

        (await AdjustAsync(1)).Error.Should().Be(AdminErrors.UserDisabled);
    }

    private Task<Result<QuotaLimitDto>> AdjustAsync(long amount, QuotaMetric metric = QuotaMetric.Tokens, QuotaWindow window = QuotaWindow.Day) =>
        new AdjustQuotaHandler(fixture.Users, plans, adjustments, fixture.Accounts, fixture.Accounts, fixture.Accounts.Clock)
            .Handle(new AdjustQuota(fixture.Somebody.Id, metric, window, amount, Reason), default);
}
