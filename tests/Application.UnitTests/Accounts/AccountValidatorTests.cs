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

    [TestCase("e\u0301", 12, true, Description = "24 characters typed, 12 hashed")]
    [TestCase("e\u0301", 11, false)]
    [TestCase("e\u0301", 129, false)]
    [TestCase("\u0958", 64, true, Description = "64 characters typed, 128 hashed")]
    [TestCase("\u0958", 65, false)]
    [TestCase("x", 100_000, false)]
    public void Register_MeasuresThePasswordAsItIsHashed(string character, int times, bool valid)
    {
        var password = string.Concat(Enumerable.Repeat(character, times));

        var result = new RegisterValidator().TestValidate(new Register("ada@example.org", password, null));

        result.Errors.Any(error => error.ErrorMessage.Contains("12 to 128", StringComparison.Ordinal)).Should().Be(!valid);
    }

    [TestCase(0xD800)]
    [TestCase(0xDFFF)]
    [TestCase(0xFFFE)]
    public void Register_RefusesAPasswordThatIsNoText(int character) =>
        new RegisterValidator().Validate(new Register("ada@example.org", $"correct horse {(char)character} battery", null)).IsValid.Should().BeFalse();

    [TestCase("vic@\uff45xample.com", true)]
    [TestCase("vi<c@example.com", false)]
    [TestCase("vi\u200bc@example.com", false)]
    public void Register_TakesNewAddresses_WhileSignInTakesThoseOfOldAccountsToo(string email, bool isNew)
    {
        new RegisterValidator().TestValidate(new Register(email, Password, null)).Errors.Any(error => error.PropertyName == "Email").Should().Be(!isNew);
        new LoginValidator().Validate(new Login(email, Password)).IsValid.Should().BeTrue();
        new ForgotPasswordValidator().Validate(new ForgotPassword(email)).IsValid.Should().BeTrue();
    }

    [Test]
    public void Register_KnowsThePartsOfTheAddress_HoweverItIsSpelt() =>
        new RegisterValidator().Validate(new Register("ada@\uff45xample-company.org", "example-company.org", null)).IsValid.Should().BeFalse();

    [Test]
    public void Login_TakesALongPasswordThatIsShortEnoughOnceComposed()
    {
        var typed = string.Concat(Enumerable.Repeat("e\u0301", AccountRules.PasswordMaxLength));

        new LoginValidator().Validate(new Login("ada@example.org", typed)).IsValid.Should().BeTrue();
        new LoginValidator().Validate(new Login("ada@example.org", typed + "x")).IsValid.Should().BeFalse();
    }

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
