using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Domain.UnitTests.ApiKeys;

internal sealed class ApiKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] First = [1, 1, 1, 1];
    private static readonly byte[] Second = [2, 2, 2, 2];
    private static readonly byte[] Third = [3, 3, 3, 3];
    private static readonly ApiKeyTerms Terms = new("CI", ApiKeyScopes.Completions, ExpiresAt: null, MonthlyTokenLimit: null);

    [Test]
    public void Accepts_ItsSecretAndNoOther()
    {
        var key = Create();

        key.Accepts(First, Now).Should().BeTrue();
        key.Accepts(Second, Now).Should().BeFalse();
        key.Accepts([], Now).Should().BeFalse();
    }

    [Test]
    public void Accepts_NothingFromItsEndOn()
    {
        var key = Create(Terms with { ExpiresAt = Now.AddDays(1) });

        key.Accepts(First, Now.AddDays(1).AddTicks(-1)).Should().BeTrue();
        key.Accepts(First, Now.AddDays(1)).Should().BeFalse();
    }

    [Test]
    public void Rotate_WithAnOverlap_LetsTheFormerSecretWorkForSoLong()
    {
        var key = Create();

        key.Rotate(Second, TimeSpan.FromHours(1), Now);

        key.Accepts(Second, Now).Should().BeTrue();
        key.Accepts(First, Now.AddHours(1).AddTicks(-1)).Should().BeTrue();
        key.Accepts(First, Now.AddHours(1)).Should().BeFalse();
    }

    [Test]
    public void Rotate_WithoutAnOverlap_StopsTheFormerSecretAtOnce()
    {
        var key = Create();
        key.Rotate(Second, TimeSpan.FromHours(1), Now);

        key.Rotate(Third, TimeSpan.Zero, Now);

        key.Accepts(Third, Now).Should().BeTrue();
        key.Accepts(Second, Now).Should().BeFalse();
        key.Accepts(First, Now).Should().BeFalse();
    }

    [Test]
    public void Limit_IsItsOwnMonthlyTokens_IfItHasAny()
    {
        Create().Limit.Should().BeNull();

        var key = Create(Terms with { MonthlyTokenLimit = 5_000 });

        key.Limit.Should().Be(new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Month, 5_000) { Key = key.Id });
    }

    private static IEnumerable<TestCaseData> BadTerms()
    {
        yield return new TestCaseData(Terms with { Name = " " }, "name");
        yield return new TestCaseData(Terms with { Name = new string('x', 101) }, "name");
        yield return new TestCaseData(Terms with { Name = "a\nb" }, "name");
        yield return new TestCaseData(Terms with { Scopes = ApiKeyScopes.None }, "scopes");
        yield return new TestCaseData(Terms with { ExpiresAt = Now }, "expiresAt");
        yield return new TestCaseData(Terms with { MonthlyTokenLimit = 0 }, "monthlyTokenLimit");
    }

    [TestCaseSource(nameof(BadTerms))]
    public void Create_WithBadTerms_NamesTheField(ApiKeyTerms terms, string field) =>
        ApiKey.Create(UserId.New(Now), ApiKeyId.New(Now), terms, First, Now).Error!.Fields.Should().ContainKey(field);

    private static ApiKey Create(ApiKeyTerms? terms = null) =>
        ApiKey.Create(UserId.New(Now), ApiKeyId.New(Now), terms ?? Terms, First, Now).Value;
}
