using CleanLlm.Infrastructure.Identity.External;
using Microsoft.Extensions.Hosting;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity.External;

internal sealed class ExternalSignInOptionsTests
{
    private const string Secret = "GOCSPX-4nq8Zr1xTb7kLw2v";

    private static readonly ExternalProviderOptions Google = new()
    {
        Name = "google",
        Authority = "https://accounts.google.com",
        ClientId = "client",
        ClientSecret = Secret,
    };

    private static readonly ExternalProviderOptions GitHub = new()
    {
        Name = "github",
        Kind = ExternalProviderKind.OAuth2,
        ClientId = "client",
        ClientSecret = Secret,
        AuthorizationEndpoint = "https://github.com/login/oauth/authorize",
        TokenEndpoint = "https://github.com/login/oauth/access_token",
        UserInformationEndpoint = "https://api.github.com/user",
        SubjectClaim = "id",
    };

    [TestCase("Production")]
    [TestCase("Development")]
    public void GoodProviders_Start(string environment) => Faults(environment, [Google, GitHub], "https://app.example.org/").Should().BeEmpty();

    [Test]
    public void NoProviders_Start() => Faults("Production", []).Should().BeEmpty();

    [TestCase("")]
    [TestCase("Google")]
    [TestCase("a_b")]
    [TestCase("a/b")]
    [TestCase("a-name-that-is-longer-than-32-characters")]
    public void ABadName_StopsTheStart(string name) => Faults("Development", [Google with { Name = name }]).Should().ContainSingle().Which.Should().Contain("External:0:Name");

    [Test]
    public void TheSameNameTwice_StopsTheStart() => Faults("Development", [Google, Google]).Should().ContainSingle().Which.Should().Contain("Name of its own");

    [TestCase(null)]
    [TestCase("")]
    [TestCase("short")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaa")]
    public void ASecretThatIsMissingOrShort_StopsTheStart_InProduction(string? secret)
    {
        Faults("Production", [Google with { ClientSecret = secret }]).Should().ContainSingle().Which.Should().Contain("ClientSecret");
        Faults("Development", [Google with { ClientSecret = secret }]).Should().BeEmpty();
    }

    [TestCase("Production", "http://accounts.google.com", false)]
    [TestCase("Development", "http://accounts.google.com", false)]
    [TestCase("Production", "http://127.0.0.1:5000", false)]
    [TestCase("Development", "http://127.0.0.1:5000", true)]
    [TestCase("Development", "http://localhost:5000", true)]
    [TestCase("Production", "https://127.0.0.1:5000", true)]
    [TestCase("Development", "accounts.google.com", false)]
    [TestCase("Development", "https://user@accounts.google.com", false)]
    [TestCase("Development", "", false)]
    public void AnAuthority_IsHttps_ButOnTheSameMachineInDevelopment(string environment, string authority, bool isGood) =>
        Faults(environment, [Google with { Authority = authority }]).Should().HaveCount(isGood ? 0 : 1);

    [Test]
    public void AnOAuth2Provider_NeedsItsEndpointsAndASecret() =>
        Faults("Development", [new() { Name = "github", Kind = ExternalProviderKind.OAuth2, ClientId = "client" }]).Should().HaveCount(4);

    [TestCase("Production", "/signed-in")]
    [TestCase("Production", "https://app.example.org/?a=b")]
    [TestCase("Production", "http://app.example.org/")]
    public void ABadReturnUrl_StopsTheStart(string environment, string url) =>
        Faults(environment, [Google], url).Should().ContainSingle().Which.Should().Contain("ReturnUrls:0");

    [Test]
    public void TheIssuer_IsTheAuthority_UnlessItIsGiven()
    {
        Google.ExpectedIssuer.Should().Be("https://accounts.google.com");
        (Google with { Issuer = "https://accounts.google.com/" }).ExpectedIssuer.Should().Be("https://accounts.google.com/");
        GitHub.ExpectedIssuer.Should().Be("https://github.com");
        (GitHub with { Authority = "https://github.example.com" }).ExpectedIssuer.Should().Be("https://github.example.com");
    }

    [Test]
    public void Options_PrintNoSecret() => Google.ToString().Should().Be("google");

    private static IEnumerable<string> Faults(string environment, ExternalProviderOptions[] providers, params string[] returnUrls)
    {
        var host = Substitute.For<IHostEnvironment>();
        host.EnvironmentName.Returns(environment);
        return new ExternalSignInOptionsValidator(host)
            .Validate(name: null, new ExternalSignInOptions { External = providers, ReturnUrls = returnUrls }).Failures ?? [];
    }
}
