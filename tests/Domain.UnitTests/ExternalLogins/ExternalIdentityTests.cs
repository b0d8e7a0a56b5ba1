using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.UnitTests.ExternalLogins;

internal sealed class ExternalIdentityTests
{
    [Test]
    public void AnIdentity_KeepsWhatIsAcceptable()
    {
        var identity = ExternalIdentity.Of("google", "https://accounts.example.com", "4711", " ada@example.org ", emailVerified: true, " Ada ").Value;

        identity.Should().BeEquivalentTo(new { Subject = "4711", Email = "ada@example.org", EmailVerified = true, DisplayName = "Ada" });
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("nobody")]
    [TestCase("a@b c")]
    [TestCase("a@b\n")]
    [TestCase("a\r\nBcc: b@example.org")]
    public void AnAddressThatIsNone_CountsAsNone_AndAsNotVerified(string? email)
    {
        var identity = ExternalIdentity.Of("google", "issuer", "4711", email, emailVerified: true, "Ada").Value;

        // White space around an address is no part of it.
        (identity.Email is null || EmailAddress.Of(identity.Email) is not null).Should().BeTrue();
        identity.EmailVerified.Should().Be(identity.Email is not null);
    }

    [Test]
    public void ANameThatCannotBeShown_CountsAsNone()
    {
        foreach (var name in new[] { "", " ", "a\u0007b", new string('a', User.DisplayNameMaxLength + 1) })
            ExternalIdentity.Of("google", "issuer", "4711", null, emailVerified: false, name).Value.DisplayName.Should().BeNull();
    }

    [Test]
    public void ASubjectThatIsMissingTooLongOrNotText_IsRefused()
    {
        foreach (var subject in new[] { null, "", " ", "a\0b", new string('a', ExternalIdentity.SubjectMaxLength + 1) })
            ExternalIdentity.Of("google", "issuer", subject, null, emailVerified: false, null).Error.Should().Be(AuthErrors.ExternalFailed);
    }
}
