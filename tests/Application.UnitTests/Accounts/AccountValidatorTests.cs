using CleanLlm.Application.Accounts;
using FluentValidation.TestHelper;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class AccountValidatorTests
{
    private const string Password = "correct horse battery";

    [Test]
    public void Register_WhenEverythingIsWrong_NamesEachField()
    {
        var result = new RegisterValidator().TestValidate(new Register("nobody", "short", "a\nb"));

        result.ShouldHaveValidationErrorFor(request => request.Email);
        result.ShouldHaveValidationErrorFor(request => request.Password);
        result.ShouldHaveValidationErrorFor(request => request.DisplayName);
    }

    [Test]
    public void Register_WhenTheBodyHadNothing_NamesWhatIsNeeded()
    {
        var result = new RegisterValidator().TestValidate(new Register(null!, null!, null));

        result.ShouldHaveValidationErrorFor(request => request.Email);
        result.ShouldHaveValidationErrorFor(request => request.Password);
        result.ShouldNotHaveValidationErrorFor(request => request.DisplayName);
    }

    [TestCase(11, false)]
    [TestCase(12, true)]
    [TestCase(128, true)]
    [TestCase(129, false)]
    public void Register_TakesPasswordsOf12To128Characters(int length, bool valid) =>
        new RegisterValidator().Validate(new Register("ada@example.org", Password.PadRight(length, 'x')[..length], null)).IsValid.Should().Be(valid);

    [Test]
    public void Login_TakesWhateverCouldBeACredential()
    {
        new LoginValidator().Validate(new Login("ada@example.org", "x")).IsValid.Should().BeTrue();
        new LoginValidator().Validate(new Login("ada", "x")).IsValid.Should().BeFalse("it cannot be anybody's address");
        new LoginValidator().Validate(new Login("", Password)).IsValid.Should().BeFalse();
        new LoginValidator().Validate(new Login("ada@example.org", null!)).IsValid.Should().BeFalse();
        new LoginValidator().Validate(new Login("ada@example.org", new string('a', 129))).IsValid.Should().BeFalse();
    }

    [Test]
    public void RefreshAndLogout_BoundTheToken()
    {
        var long201 = new string('a', 201);

        new RefreshValidator().Validate(new Refresh("")).IsValid.Should().BeFalse();
        new RefreshValidator().Validate(new Refresh(long201)).IsValid.Should().BeFalse();
        new LogoutValidator().Validate(new Logout(long201)).IsValid.Should().BeFalse();
        new LogoutValidator().Validate(new Logout(null)).IsValid.Should().BeTrue();
    }

    [Test]
    public void UpdateMe_BoundsTheName()
    {
        new UpdateMeValidator().Validate(new UpdateMe(new string('a', 101))).IsValid.Should().BeFalse();
        new UpdateMeValidator().Validate(new UpdateMe(null)).IsValid.Should().BeTrue();
    }
}
