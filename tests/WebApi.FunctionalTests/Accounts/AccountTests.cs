using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

public sealed class AccountTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Auth = "/api/v1/auth";

    [TestCase("@\uff45xample.com")]
    [TestCase("@EXAMPLE.COM.")]
    [TestCase("@exa\u00admple.com")]
    [TestCase("@exa\u200bmple.com")]
    [TestCase("@example\u3002com")]
    public async Task AnotherSpellingOfADomain_IsTheSameAccount(string spelling)
    {
        var name = $"vic-{Guid.CreateVersion7():n}";
        var registered = (await Api.Anonymous.PostAsync("/api/v1/auth/register", new { email = name + spelling, password = ApiCaller.Password })).ShouldBe(HttpStatusCode.Created);

        registered.Text("email").Should().Be($"{name}@example.com");
        (await Api.Anonymous.PostAsync("/api/v1/auth/register", new { email = $"{name}@example.com", password = ApiCaller.Password })).ShouldBeProblem(409, "auth.email_taken");
        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email = $"{name}@Example.com", password = ApiCaller.Password })).ShouldBe(HttpStatusCode.OK);
        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email = name + spelling, password = ApiCaller.Password })).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("vi<c>@example.com")]
    [TestCase("vi,c@example.com")]
    [TestCase("\"vic\"@example.com")]
    [TestCase("vi\u200bc@example.com")]
    [TestCase("vi\u00adc@example.com")]
    [TestCase("vic@exa\u202emple.com")]
    public async Task AnAddressOfCharactersThatNoAddressHas_IsRefused(string email) =>
        (await Api.Anonymous.PostAsync("/api/v1/auth/register", new { email, password = ApiCaller.Password })).ShouldBeProblem(422, "validation.failed").ShouldBlame("email");

    [Test]
    public async Task APassword_IsTheSame_WhateverKeyboardTypesIt()
    {
        var email = $"keyboard-{Guid.CreateVersion7():n}@example.org";
        (await Api.Anonymous.PostAsync("/api/v1/auth/register", new { email, password = "cafe\u0301 au lait\u00a0noir" })).ShouldBe(HttpStatusCode.Created);

        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email, password = "caf\u00e9 au lait noir" })).ShouldBe(HttpStatusCode.OK);
        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email, password = "cafe\u0301 au lait\u2009noir" })).ShouldBe(HttpStatusCode.OK);
        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email, password = "cafe au lait noir" })).ShouldBeProblem(401, "auth.invalid_credentials");
    }

    [Test]
    public async Task Register_AnswersTheUser_WithoutAnyPassword()
    {
        using var caller = new ApiCaller(Api.Address);

        var answer = await caller.PostAsync($"{Auth}/register", new { email = caller.Email, password = ApiCaller.Password, displayName = "Ada" });

        answer.ShouldBe(HttpStatusCode.Created);
        answer.Text("email").Should().Be(caller.Email);
        answer.Text("displayName").Should().Be("Ada");
        answer.Text("role").Should().Be("user");
        answer.Text("emailConfirmed").Should().Be("False");
        answer.Text("createdAt").Should().EndWith("Z");
        Guid.Parse(answer.Text("id")).Version.Should().Be(7);
        answer.Body.Should().NotContainEquivalentOf("password");
    }

    [Test]
    public async Task Register_WithAnAddressInUse_Answers409()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync($"{Auth}/register", new { email = caller.Email.ToUpperInvariant(), password = ApiCaller.Password });

        answer.ShouldBeProblem(409, "auth.email_taken");
    }

    [TestCase("no-at-sign", ApiCaller.Password, "email")]
    [TestCase("someone@example.org", "short", "password")]
    public async Task Register_WithBadValues_Answers422NamingTheField(string email, string password, string field)
    {
        var answer = await Api.Anonymous.PostAsync($"{Auth}/register", new { email, password });

        answer.ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
    }

    [Test]
    public async Task Login_AnswersATokenPair_ThatOpensTheAccount()
    {
        using var caller = await Api.SignInAsync();

        var pair = await caller.PostAsync($"{Auth}/login", new { email = caller.Email, password = ApiCaller.Password });
        caller.Use(pair);
        var me = await caller.GetAsync("/api/v1/users/me");

        pair.Text("tokenType").Should().Be("Bearer");
        int.Parse(pair.Text("expiresIn"), System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(60, 3600);
        pair.Text("refreshTokenExpiresAt").Should().EndWith("Z");
        me.Text("id").Should().Be(caller.UserId);
    }

    [Test]
    public async Task Login_WithAWrongPassword_AndOfAnUnknownUser_AnswerTheSame()
    {
        using var caller = await Api.SignInAsync();

        var wrong = await caller.PostAsync($"{Auth}/login", new { email = caller.Email, password = "not the password at all" });
        var unknown = await caller.PostAsync($"{Auth}/login", new { email = "nobody@example.org", password = "not the password at all" });

        wrong.ShouldBeProblem(401, "auth.invalid_credentials");
        unknown.ShouldBeProblem(401, "auth.invalid_credentials");
        unknown.Text("detail").Should().Be(wrong.Text("detail"));
    }

    [Test]
    public async Task Refresh_RotatesTheToken_AndAReplayEndsTheSession()
    {
        using var caller = await Api.SignInAsync();
        var first = caller.RefreshToken;

        caller.Use(await RefreshAsync(caller, first));
        var second = caller.RefreshToken;
        caller.Use(await RefreshAsync(caller, second));
        var replayed = await RefreshAsync(caller, first);
        var afterwards = await RefreshAsync(caller, caller.RefreshToken);

        new[] { first, second, caller.RefreshToken }.Should().OnlyHaveUniqueItems();
        replayed.ShouldBeProblem(401, "auth.invalid_refresh_token");
        afterwards.ShouldBeProblem(401, "auth.invalid_refresh_token");
    }

    [Test]
    public async Task Refresh_WithAMadeUpToken_Answers401() =>
        (await RefreshAsync(Api.Anonymous, "made-up")).ShouldBeProblem(401, "auth.invalid_refresh_token");

    [Test]
    public async Task Logout_EndsTheSession()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync($"{Auth}/logout", new { refreshToken = caller.RefreshToken });

        answer.ShouldBe(HttpStatusCode.NoContent);
        (await RefreshAsync(caller, caller.RefreshToken)).ShouldBeProblem(401, "auth.invalid_refresh_token");
    }

    [Test]
    public async Task Me_CanBeRenamed()
    {
        using var caller = await Api.SignInAsync();

        var changed = await caller.SendAsync(HttpMethod.Patch, "/api/v1/users/me", new { displayName = "Grace" });

        changed.ShouldBe(HttpStatusCode.OK).Text("displayName").Should().Be("Grace");
        (await caller.GetAsync("/api/v1/users/me")).Text("displayName").Should().Be("Grace");
    }

    [Test]
    public async Task Jwks_PublishesKeysWithoutTheirPrivateHalf()
    {
        var answer = await Api.Anonymous.GetAsync("/.well-known/jwks.json");

        answer.ShouldBe(HttpStatusCode.OK);
        var key = answer.Json.GetProperty("keys")[0];
        key.GetProperty("kid").GetString().Should().NotBeNullOrEmpty();
        key.TryGetProperty("d", out _).Should().BeFalse();
    }

    [TestCase("GET", "/api/v1/users/me")]
    [TestCase("GET", "/api/v1/users/me/quota")]
    [TestCase("GET", "/api/v1/chats")]
    [TestCase("POST", "/api/v1/completions")]
    [TestCase("GET", "/api/v1/models")]
    public async Task WithoutACredential_Answers401_SayingWhichIsWanted(string method, string path)
    {
        var answer = await Api.Anonymous.SendAsync(new HttpMethod(method), path);

        answer.ShouldBeProblem(401, "auth.required");
        answer.Headers["WWW-Authenticate"].Should().StartWith("Bearer");
    }

    [TestCase("not-a-token")]
    [TestCase("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")]
    public async Task WithABadToken_Answers401(string token)
    {
        using var caller = new ApiCaller(Api.Address);
        caller.Authorize("Bearer", token);

        var answer = await caller.GetAsync("/api/v1/users/me");

        answer.Status.Should().Be(HttpStatusCode.Unauthorized);
        answer.Headers["WWW-Authenticate"].Should().StartWith("Bearer");
    }

    private static Task<ApiAnswer> RefreshAsync(ApiCaller caller, string refreshToken) =>
        caller.PostAsync($"{Auth}/refresh", new { refreshToken });
}
