using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;

namespace CleanLlm.Domain.UnitTests.OneTimeTokens;

public sealed class OneTimeTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static IEnumerable<OneTimeToken> Tokens()
    {
        yield return OneTimeToken.For(UserId.New(Now), OneTimeTokenPurpose.ResetPassword, "hash", Lifetime, Now);
        yield return OneTimeToken.With("{}", OneTimeTokenPurpose.ResetPassword, "hash", Lifetime, Now);
    }

    [TestCaseSource(nameof(Tokens))]
    public void IsGood_ForItsPurposeOnly_UntilItsEnd(OneTimeToken token)
    {
        token.IsGoodFor(OneTimeTokenPurpose.ResetPassword, Now).Should().BeTrue();
        token.IsGoodFor(OneTimeTokenPurpose.ResetPassword, Now.Add(Lifetime).AddTicks(-1)).Should().BeTrue();
        token.IsGoodFor(OneTimeTokenPurpose.ResetPassword, Now.Add(Lifetime)).Should().BeFalse();
        token.IsGoodFor(OneTimeTokenPurpose.ConfirmEmail, Now).Should().BeFalse();
    }
}
