using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class PlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);

    private static readonly PlanTerms Terms = new(
        "Team", IsDefault: true, Concurrency: 4, AllowedModels: [], MaxOutputTokens: 500,
        [new(QuotaMetric.Tokens, QuotaWindow.Month, 10), new(QuotaMetric.Requests, QuotaWindow.Day, 5), new(QuotaMetric.Requests, QuotaWindow.Minute, 1)]);

    [Test]
    public void Create_PutsLimitsInLockOrder_WithConcurrencyAsOneMore() =>
        Plan.Create(Terms, Now).Value.Limits.Should().Equal(
            new(QuotaMetric.Requests, QuotaWindow.Minute, 1),
            new(QuotaMetric.Requests, QuotaWindow.Day, 5),
            new(QuotaMetric.Tokens, QuotaWindow.Month, 10),
            new(QuotaMetric.Concurrency, QuotaWindow.Running, 4));

    [Test]
    public void Change_ReplacesAllTerms_AndKeepsTheId()
    {
        var plan = Plan.Create(Terms, Now).Value;
        var id = plan.Id;

        plan.Change(new PlanTerms(" Solo ", IsDefault: false, Concurrency: null, ["a", "a", "b"], MaxOutputTokens: null, []));

        plan.Should().BeEquivalentTo(
            new { Id = id, Name = "Solo", IsDefault = false, Concurrency = (int?)null, MaxOutputTokens = (int?)null });
        plan.AllowedModels.Should().Equal("a", "b");
        plan.Limits.Should().BeEmpty();
    }

    private static IEnumerable<TestCaseData<PlanTerms, string>> Refused()
    {
        yield return Case("ABlankName", Terms with { Name = " " }, "name");
        yield return Case("ATooLongName", Terms with { Name = new string('n', Plan.NameMaxLength + 1) }, "name");
        yield return Case("NoSlot", Terms with { Concurrency = 0 }, "concurrency");
        yield return Case("NoOutput", Terms with { MaxOutputTokens = 0 }, "maxOutputTokens");
        yield return Case("ANegativeAmount", With(QuotaMetric.Tokens, QuotaWindow.Day, -1), "limits");
        yield return Case("AnUnknownMetric", With((QuotaMetric)99, QuotaWindow.Day, 1), "limits");
        yield return Case("AnUnknownWindow", With(QuotaMetric.Tokens, (QuotaWindow)99, 1), "limits");
        yield return Case("ConcurrencyAsALimit", With(QuotaMetric.Concurrency, QuotaWindow.Day, 1), "limits");
        yield return Case("RunningAsAWindow", With(QuotaMetric.Tokens, QuotaWindow.Running, 1), "limits");
        yield return Case("NoRate", Rates(new RequestRate(RequestClass.Read, 0)), "requestRates");
        yield return Case("TooHighARate", Rates(new RequestRate(RequestClass.Read, RequestRate.MaxPerMinute + 1)), "requestRates");
        yield return Case("AnUnknownClass", Rates(new RequestRate((RequestClass)99, 1)), "requestRates");
        yield return Case("NoRateOfAKey", Rates(new RequestRate(RequestClass.Read, 5, 0)), "requestRates");
        yield return Case("AKeyAboveItsUser", Rates(new RequestRate(RequestClass.Read, 5, 6)), "requestRates");
        yield return Case("TheSameClassTwice", Rates(new RequestRate(RequestClass.Read, 5), new RequestRate(RequestClass.Read, 6)), "requestRates");
        yield return Case("ASurpriseForTheHistory", Terms with { History = (HistoryMode)9 }, "history");
        yield return Case("TheSameLimitTwice", Terms with { Limits = [.. Terms.Limits, Terms.Limits[0] with { Amount = 99 }] }, "limits");
    }

    [TestCaseSource(nameof(Refused))]
    public void Change_ToTermsThatBreakARule_NamesTheFieldAndChangesNothing(PlanTerms terms, string field)
    {
        var plan = Plan.Create(Terms, Now).Value;

        var result = plan.Change(terms);

        result.Error!.Kind.Should().Be(ErrorKind.Invalid);
        result.Error.Fields.Should().ContainKey(field);
        plan.Should().BeEquivalentTo(new { Terms.Name, Terms.Concurrency, Terms.MaxOutputTokens });
        plan.Limits.Should().HaveCount(4);
    }

    [Test]
    public void Allows_WithoutAList_EveryModel() => Plan.Create(Terms, Now).Value.Allows("anything").Should().BeTrue();

    [TestCase("small", true)]
    [TestCase("Small", false)]
    [TestCase("big", false)]
    public void Allows_WithAList_OnlyItsModels(string model, bool allowed) =>
        Plan.Create(Terms with { AllowedModels = ["small"] }, Now).Value.Allows(model).Should().Be(allowed);

    [Test]
    public void RateOf_IsWhatThePlanSays_AndNullWhereItSaysNothing()
    {
        var plan = Plan.Create(Rates(new RequestRate(RequestClass.Costly, 5, 5), new RequestRate(RequestClass.Read, 7)), Now).Value;

        plan.RateOf(RequestClass.Costly).Should().Be(new RequestRate(RequestClass.Costly, 5, 5));
        plan.RateOf(RequestClass.Write).Should().BeNull();
        plan.Terms.RequestRates.Select(rate => rate.Class).Should().Equal(RequestClass.Read, RequestClass.Costly);
    }

    private static PlanTerms Rates(params RequestRate[] rates) => Terms with { RequestRates = rates };

    private static PlanTerms With(QuotaMetric metric, QuotaWindow window, long amount) =>
        Terms with { Limits = [new PlanLimit(metric, window, amount)] };

    private static TestCaseData<PlanTerms, string> Case(string name, PlanTerms terms, string field) =>
        new TestCaseData<PlanTerms, string>(terms, field).SetArgDisplayNames(name);
}
