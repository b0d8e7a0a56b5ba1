using CleanLlm.Application.Ai;
using CleanLlm.Application.Security;
using CleanLlm.Application.UnitTests.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Ai;

public sealed class CachePolicyTests
{
    private static readonly UserId User = UserId.New(DateTimeOffset.UnixEpoch);

    [TestCase(null, 0f, true, true)]
    [TestCase(null, 0.1f, true, false)]
    [TestCase(null, null, true, false)]
    [TestCase(null, 0f, false, false, Description = "who wants nothing kept gets nothing kept")]
    [TestCase(true, null, false, true)]
    [TestCase(true, 1f, true, true)]
    [TestCase(false, 0f, true, false)]
    public void Terms_FollowTheWish_ThenTheTemperature(bool? wanted, float? temperature, bool isStored, bool isCached) =>
        (Policy(new()).TermsFor(User, RunnerFixture.PlanOf([]), wanted, temperature, isStored) is not null).Should().Be(isCached);

    [Test]
    public void Terms_AreTheUsers_UnlessThePlanShares()
    {
        var plan = RunnerFixture.PlanOf([]);

        Policy(new()).TermsFor(User, plan, true, null, true).Should().Be(new CacheTerms(ContentOwner.Of(User)));
        Policy(new() { SharedPlans = ["test"] }).TermsFor(User, plan, true, null, true).Should().Be(new CacheTerms(ContentOwner.Of(plan.Id)));
        Policy(new() { Enabled = false }).TermsFor(User, plan, true, 0, true).Should().BeNull();
    }

    private static CachePolicy Policy(ResponseCacheOptions options) => new(Microsoft.Extensions.Options.Options.Create(options));
}
