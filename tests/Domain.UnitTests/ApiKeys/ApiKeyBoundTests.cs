using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.ApiKeys;

/// <summary>The last value that is allowed, and the first that is not.</summary>
public sealed class ApiKeyBoundTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] First = [1, 1, 1, 1];
    private static readonly byte[] Second = [2, 2, 2, 2];
    private static readonly ApiKeyTerms Terms = new("CI", ApiKeyScopes.Completions, ExpiresAt: null, MonthlyTokenLimit: null);

    [TestCase(ApiKey.MaxPerUser - 1, true)]
    [TestCase(ApiKey.MaxPerUser, false)]
    public void AUser_HasAtMostSoManyKeys(int known, bool allowed) => ApiKey.CheckCount(known).Should().Be(allowed ? null : ApiKeyErrors.TooMany);

    [TestCase(ApiKey.NameMaxLength, true)]
    [TestCase(ApiKey.NameMaxLength + 1, false)]
    public void AName_HasAtMostSoManyCharacters(int length, bool allowed) =>
        Create(Terms with { Name = new string('n', length) }).IsSuccess.Should().Be(allowed);

    [TestCase(1, true)]
    [TestCase(0, false)]
    public void ALimitOfItsOwn_IsAtLeastOneToken(long tokens, bool allowed) => Create(Terms with { MonthlyTokenLimit = tokens }).IsSuccess.Should().Be(allowed);

    [Test]
    public void ARotationWithoutAnOverlap_ForgetsTheFormerSecret()
    {
        var key = Create(Terms).Value;

        key.Rotate(Second, TimeSpan.Zero, Now);

        key.FormerSecretHash.Should().BeNull();
        key.FormerExpiresAt.Should().BeNull();
    }

    [Test]
    public void ASecretThatIsNeither_IsRefused_WhileTheFormerStillWorks()
    {
        var key = Create(Terms).Value;

        key.Rotate(Second, TimeSpan.FromHours(1), Now);

        key.Accepts([3, 3, 3, 3], Now).Should().BeFalse();
    }

    private static Result<ApiKey> Create(ApiKeyTerms terms) => ApiKey.Create(UserId.New(Now), ApiKeyId.New(Now), terms, First, Now);
}
