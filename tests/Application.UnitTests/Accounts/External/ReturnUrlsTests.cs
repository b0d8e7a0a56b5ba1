using CleanLlm.Application.Accounts.External;
using FluentValidation.TestHelper;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts.External;

internal sealed class ReturnUrlsTests
{
    private static readonly string[] Allowed = ["https://app.example.org/signed-in", "http://localhost:3000/", "com.example.app://signed-in"];

    [TestCase("https://app.example.org/signed-in")]
    [TestCase("https://app.example.org/signed-in?")]
    [TestCase("https://app.example.org/signed-in?state=abc&next=%2Fchats%3Fid%3D1")]
    [TestCase("https://app.example.org/signed-in?next=//evil.example.net/%23")]
    [TestCase("https://app.example.org/signed-in?coder=1&errors=2&zip_code=3&my-state=4")]
    [TestCase("http://localhost:3000/")]
    [TestCase("http://localhost:3000/?a=b")]
    [TestCase("com.example.app://signed-in")]
    public void AListedAddress_WithAnyQuery_IsAllowed(string url) => ReturnUrls.Allow(Allowed, url).Should().BeTrue();

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/signed-in")]
    [TestCase("//evil.example.net")]
    [TestCase("//app.example.org/signed-in")]
    [TestCase("///app.example.org/signed-in")]
    [TestCase("https:evil.example.net")]
    [TestCase("https:/app.example.org/signed-in")]
    [TestCase("https:///app.example.org/signed-in")]
    [TestCase("http://app.example.org/signed-in")]
    [TestCase("HTTPS://app.example.org/signed-in")]
    [TestCase("https://app.example.org:444/signed-in")]
    [TestCase("https://app.example.org:443/signed-in")]
    [TestCase("https://app.example.org.evil.example.net/signed-in")]
    [TestCase("https://app.example.orgevil.net/signed-in")]
    [TestCase("https://evil.example.net/https://app.example.org/signed-in")]
    [TestCase("https://app.example.org@evil.example.net/signed-in")]
    [TestCase("https://user:secret@app.example.org/signed-in")]
    [TestCase("https://evil.example.net?https://app.example.org/signed-in")]
    [TestCase("https://evil.example.net#https://app.example.org/signed-in")]
    [TestCase("https://evil.example.net\\@app.example.org/signed-in")]
    [TestCase("https:\\\\app.example.org\\signed-in")]
    [TestCase("https://app.example.org\\signed-in")]
    [TestCase("https://app.example.org/signed-in#fragment")]
    [TestCase("https://app.example.org/signed-in?a=b#fragment")]
    [TestCase("https://app.example.org/signed-in/")]
    [TestCase("https://app.example.org/signed-in/more")]
    [TestCase("https://app.example.org/signed-in/../admin")]
    [TestCase("https://app.example.org/other/../signed-in")]
    [TestCase("https://app.example.org/%73igned-in")]
    [TestCase("https://app.example.org/signed-in%00")]
    [TestCase("https%3A%2F%2Fapp.example.org%2Fsigned-in")]
    [TestCase("https://app.example.org%2fsigned-in")]
    [TestCase("https://app.example.org/Signed-In")]
    [TestCase("https://\u0430pp.example.org/signed-in")]
    [TestCase("https://app.example.org\u3002evil.net/signed-in")]
    [TestCase(" https://app.example.org/signed-in")]
    [TestCase("https://app.example.org/signed-in\n")]
    [TestCase("https://app.example.org/signed-in?a=b\r\nSet-Cookie: a=b")]
    [TestCase("https://app.example.org/signed-in?a=\tb")]
    [TestCase("javascript:alert(1)")]
    [TestCase("data:text/html,hello")]
    [TestCase("http://localhost:3000")]
    [TestCase("com.example.app:signed-in")]
    public void AnythingElse_IsNot(string? url) => ReturnUrls.Allow(Allowed, url).Should().BeFalse();

    // A front end that reads the first of two codes would take a stranger's one.
    [TestCase("code=theirs")]
    [TestCase("a=b&code=theirs")]
    [TestCase("a=b;code=theirs")]
    [TestCase("CODE=theirs")]
    [TestCase("%63ode=theirs")]
    [TestCase("code")]
    [TestCase("+code=theirs")]
    [TestCase("error=none")]
    [TestCase("state=theirs&state=ours")]
    [TestCase("State=theirs")]
    [TestCase("state[]=theirs")]
    [TestCase("state=ours&state%5B%5D=theirs")]
    [TestCase("error_description=none")]
    [TestCase("iss=https://evil.example.net")]
    [TestCase("code[]=theirs")]
    [TestCase("code[0]=theirs")]
    [TestCase("[code]=theirs")]
    [TestCase("code%5B%5D=theirs")]
    [TestCase("code%5b0%5d=theirs")]
    [TestCase("code.x=theirs")]
    [TestCase("code%00=theirs")]
    [TestCase("code%20=theirs")]
    [TestCase("%20State%5B%5D=theirs")]
    public void AQueryWithWhatWeAdd_IsNot(string query) => ReturnUrls.Allow(Allowed, $"{Allowed[0]}?{query}").Should().BeFalse();

    [Test]
    public void AnAddressThatIsTooLong_IsNot() =>
        ReturnUrls.Allow(Allowed, $"{Allowed[0]}?a={new string('b', ReturnUrls.MaxLength)}").Should().BeFalse();

    [Test]
    public void WithoutAList_NothingIs() => ReturnUrls.Allow([], Allowed[0]).Should().BeFalse();

    [TestCase("https://app.example.org", true)]
    [TestCase("https://app.example.org/signed-in", true)]
    [TestCase("https://app.example.org/?a=b", false)]
    [TestCase("https://app.example.org/#a", false)]
    [TestCase("https://user@app.example.org/", false)]
    [TestCase("/signed-in", false)]
    [TestCase("app.example.org", false)]
    [TestCase("*", false)]
    public void AnEntryOfTheList_IsAnAbsoluteAddress(string url, bool isOne) => ReturnUrls.IsAddress(url).Should().Be(isOne);

    [Test]
    public void Start_BlamesAnAddressThatIsNotListed()
    {
        var providers = Substitute.For<IExternalProviders>();
        providers.ReturnUrls.Returns(Allowed);
        var validator = new StartExternalSignInValidator(providers);

        validator.TestValidate(new StartExternalSignIn("any", "https://evil.example.net/")).ShouldHaveValidationErrorFor(request => request.ReturnUrl);
        validator.TestValidate(new StartExternalSignIn("any", Allowed[0])).ShouldNotHaveAnyValidationErrors();
    }
}
