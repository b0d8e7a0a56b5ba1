using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Domain.UnitTests.Quotas;

/// <summary>The last value that a plan or a grant may have, the first that it may not, and which plans may go.</summary>
public sealed class PlanBoundTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);

    private static readonly PlanTerms Terms = new(
        "Team", IsDefault: false, Concurrency: 1, AllowedModels: [], MaxOutputTokens: 1, [new(QuotaMetric.Tokens, QuotaWindow.Month, 0)]);

    [Test]
    public void ThePlan_OfTheLeastThatIsAllowed_IsMade_WithAnIdOfItsMoment()
    {
        var plan = Plan.Create(Terms with { Name = new string('n', Plan.NameMaxLength) }, Now);

        plan.IsSuccess.Should().BeTrue();
        plan.Value.Id.Should().NotBe(default(PlanId));
    }

    [Test]
    public void Terms_AreThoseThatItWasMadeOf_WithoutTheLimitOfConcurrency()
    {
        var made = Plan.Create(Terms with { SystemPrompt = "Be brief." }, Now).Value.Terms;

        made.Should().BeEquivalentTo(Terms with { SystemPrompt = "Be brief." });
    }

    [Test]
    public void SystemPrompt_IsBounded_AndABlankOneIsNone()
    {
        Plan.Create(Terms with { SystemPrompt = new string('s', Plan.SystemPromptMaxLength) }, Now).IsSuccess.Should().BeTrue();
        Plan.Create(Terms with { SystemPrompt = new string('s', Plan.SystemPromptMaxLength + 1) }, Now).Error!.Fields.Should().ContainKey("systemPrompt");
        Plan.Create(Terms with { SystemPrompt = "a\0b" }, Now).Error!.Fields.Should().ContainKey("systemPrompt");
        Plan.Create(Terms with { SystemPrompt = " \n" }, Now).Value.SystemPrompt.Should().BeNull();
    }

    [TestCase(false, false, false)]
    [TestCase(false, true, true)]
    [TestCase(true, false, true)]
    [TestCase(true, true, true)]
    public void OneDefaultPlan_Remains(bool isDefault, bool hasOther, bool allowed) =>
        Plan.Create(Terms with { IsDefault = isDefault }, Now).Value.CheckSaving(hasOther).Should().Be(allowed ? null : PlanErrors.IsDefault);

    [TestCase(true, true, "IsDefault")]
    [TestCase(true, false, "IsDefault")]
    [TestCase(false, true, "InUse")]
    [TestCase(false, false, null)]
    public void APlan_IsRemoved_WhenNobodyNeedsIt(bool isDefault, bool hasUsers, string? refusal) =>
        Plan.Create(Terms with { IsDefault = isDefault }, Now).Value.CheckRemoval(hasUsers)
            .Should().Be(refusal switch { "IsDefault" => PlanErrors.IsDefault, "InUse" => PlanErrors.InUse, _ => null });

    // A limit and its grants stay together within what every JSON reader takes exactly, and grants alone within the same below zero.
    [TestCase(QuotaMetric.Tokens, 10, PlanLimit.MaxAmount - 10, true)]
    [TestCase(QuotaMetric.Tokens, 10, PlanLimit.MaxAmount - 9, false)]
    [TestCase(QuotaMetric.Tokens, 10, -PlanLimit.MaxAmount, true)]
    [TestCase(QuotaMetric.Tokens, 10, -PlanLimit.MaxAmount - 1, false)]
    [TestCase(QuotaMetric.CostMicros, 10, QuotaUnits.MostCounted, true)]
    [TestCase(QuotaMetric.CostMicros, 10, QuotaUnits.MostCounted + 1, false)]
    [TestCase(QuotaMetric.CostMicros, 10, -QuotaUnits.MostCounted, true)]
    [TestCase(QuotaMetric.CostMicros, 10, -QuotaUnits.MostCounted - 1, false)]
    public void Grants_StayWithinBounds(QuotaMetric metric, long amount, long granted, bool allowed) =>
        new PlanLimit(metric, QuotaWindow.Month, amount).AllowsGranted(granted).Should().Be(allowed);

    [TestCase(QuotaMetric.CostMicros, 2_999, 2, "2.999")]
    [TestCase(QuotaMetric.CostMicros, -1, -1, "-0.001")]
    [TestCase(QuotaMetric.Tokens, 2_999, 2_999, "2999")]
    public void CountedAmounts_AreStatedInTheUnitOfTheLimit_RoundedDownOrExactly(QuotaMetric metric, long counted, long floor, string exactly)
    {
        metric.FromCounter(counted).Should().Be(floor);
        metric.Exactly(counted).Should().Be(decimal.Parse(exactly, System.Globalization.CultureInfo.InvariantCulture));
    }
}
