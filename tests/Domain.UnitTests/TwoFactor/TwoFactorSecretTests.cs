using CleanLlm.Domain.Ids;
using CleanLlm.Domain.TwoFactor;

namespace CleanLlm.Domain.UnitTests.TwoFactor;

public sealed class TwoFactorSecretTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] First = [1, 1];
    private static readonly byte[] Second = [2, 2];

    [Test]
    public void UntilItsFirstCode_ItIsOff_AndMayBeReplaced()
    {
        var secret = SetUp();

        secret.Replace(Second);

        secret.IsOn.Should().BeFalse();
        secret.WrappedSecret.Should().Equal(Second);
    }

    [Test]
    public void OnceItIsOn_ItIsNotReplaced()
    {
        var secret = Confirmed();

        secret.IsOn.Should().BeTrue();
        secret.Invoking(s => s.Replace(Second)).Should().Throw<InvalidOperationException>();
        secret.WrappedSecret.Should().Equal(First);
    }

    [Test]
    public void ACode_IsTakenOnce_AndNoneOfAnEarlierStepAfterIt()
    {
        var secret = Confirmed(step: 100);

        secret.Take(100).Should().BeFalse("it was the first code");
        secret.Take(102).Should().BeTrue();
        secret.Take(102).Should().BeFalse();
        secret.Take(101).Should().BeFalse();
        secret.Take(103).Should().BeTrue();
    }

    [Test]
    public void ARecoveryCode_IsTakenOnce_AndLeavesTheOthers()
    {
        var secret = Confirmed();

        secret.TakeRecoveryCode("unknown").Should().BeFalse();
        secret.RecoveryCodeHashes.Should().Equal("one", "two", "three");
        secret.TakeRecoveryCode("two").Should().BeTrue();
        secret.TakeRecoveryCode("two").Should().BeFalse();
        secret.RecoveryCodeHashes.Should().Equal("one", "three");
    }

    private static TwoFactorSecret SetUp() => TwoFactorSecret.SetUp(UserId.New(Now), First);

    private static TwoFactorSecret Confirmed(long step = 1)
    {
        var secret = SetUp();
        secret.Confirm(step, ["one", "two", "three"], Now);
        return secret;
    }
}
