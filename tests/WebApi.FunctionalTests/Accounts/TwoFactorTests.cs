using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using OtpNet;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

public sealed class TwoFactorTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Login = "/api/v1/auth/login";
    private const string TwoFactor = "/api/v1/users/me/two-factor";

    // Guesses are bounded in tests of their own.
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Auth:Throttle:AddressBurst", "100"), new("Auth:Throttle:AccountBurst", "100")];

    [Test]
    public async Task SetUp_AnswersASecretOf160Bits_AndAsksNothingYet()
    {
        using var caller = await Api.SignInAsync();

        var setUp = await caller.PostAsync(TwoFactor, new { });

        setUp.ShouldBe(HttpStatusCode.OK);
        Base32Encoding.ToBytes(setUp.Text("secret")).Should().HaveCount(20);
        setUp.Text("uri").Should().Be(
            $"otpauth://totp/CleanLlm:{Uri.EscapeDataString(caller.Email)}?secret={setUp.Text("secret")}&issuer=CleanLlm&algorithm=SHA1&digits=6&period=30");
        (await LoginAsync(caller)).ShouldBe(HttpStatusCode.OK);
        var stored = await Api.Database.ScalarAsync("SELECT max(length(wrapped_secret)) FROM two_factor_secrets");
        stored.Should().BeGreaterThan(20 + 12 + 16, "the secret is stored wrapped");
    }

    [Test]
    public async Task TurnedOn_SignInNeedsACode_EachOnce()
    {
        using var caller = await Api.SignInAsync();
        var other = await LoginAsync(caller);
        var (app, codes) = await TurnOnAsync(caller);

        codes.Should().HaveCount(10).And.OnlyHaveUniqueItems();
        (await caller.PostAsync("/api/v1/auth/refresh", new { refreshToken = other.Text("refreshToken") })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await LoginAsync(caller)).ShouldBeProblem(401, "auth.two_factor_required");
        (await LoginAsync(caller, "000000x")).ShouldBeProblem(401, "auth.two_factor_required");
        (await LoginAsync(caller, app.Used)).ShouldBeProblem(401, "auth.two_factor_required");
        var next = app.Next();
        (await LoginAsync(caller, next, "not the password at all")).ShouldBeProblem(401, "auth.invalid_credentials");
        (await LoginAsync(caller, next)).ShouldBe(HttpStatusCode.OK);
        (await LoginAsync(caller, next)).ShouldBeProblem(401, "auth.two_factor_required");
    }

    [Test]
    public async Task ACode_UsedByManyAtOnce_LetsOneIn()
    {
        using var caller = await Api.SignInAsync();
        var (app, codes) = await TurnOnAsync(caller);

        var next = app.Next();
        var byCode = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoginAsync(caller, next)));
        var byRecovery = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoginAsync(caller, codes[0])));

        TestContext.Out.WriteLine($"8 parallel uses: of one code {Count(byCode)} signed in, of one recovery code {Count(byRecovery)}");
        Count(byCode).Should().Be(1);
        Count(byRecovery).Should().Be(1);

        static int Count(ApiAnswer[] answers) => answers.Count(answer => answer.Status == HttpStatusCode.OK);
    }

    [Test]
    public async Task ARecoveryCode_WorksOnce_HoweverItIsTyped()
    {
        using var caller = await Api.SignInAsync();
        var (_, codes) = await TurnOnAsync(caller);

        (await LoginAsync(caller, codes[3].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.OK);
        (await LoginAsync(caller, codes[3])).ShouldBeProblem(401, "auth.two_factor_required");
        (await LoginAsync(caller, codes[4])).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task TurningOff_NeedsACode_AndEndsTheAsking()
    {
        using var caller = await Api.SignInAsync();
        var (_, codes) = await TurnOnAsync(caller);

        (await caller.SendAsync(HttpMethod.Delete, TwoFactor, new { code = "12345678" })).ShouldBeProblem(422, "validation.failed").ShouldBlame("code");
        (await caller.SendAsync(HttpMethod.Delete, TwoFactor, new { code = codes[0] })).ShouldBe(HttpStatusCode.NoContent);
        (await caller.SendAsync(HttpMethod.Delete, TwoFactor, new { code = codes[1] })).ShouldBeProblem(409, "auth.two_factor_not_set_up");
        (await LoginAsync(caller)).ShouldBe(HttpStatusCode.OK);
        (await ActionsAsync(caller)).Should().Be(4, "set-up, on, recovery code and off are audited");
    }

    [Test]
    public async Task OutOfTurn_Answers409()
    {
        using var caller = await Api.SignInAsync();

        (await caller.PostAsync($"{TwoFactor}/confirm", new { code = "123456" })).ShouldBeProblem(409, "auth.two_factor_not_set_up");
        await TurnOnAsync(caller);
        (await caller.PostAsync(TwoFactor, new { })).ShouldBeProblem(409, "auth.two_factor_on");
        (await caller.PostAsync($"{TwoFactor}/confirm", new { code = "123456" })).ShouldBeProblem(409, "auth.two_factor_on");
    }

    [Test]
    public async Task Confirm_WithAWrongCode_BlamesIt_AndTurnsNothingOn()
    {
        using var caller = await Api.SignInAsync();
        await caller.PostAsync(TwoFactor, new { });

        (await caller.PostAsync($"{TwoFactor}/confirm", new { code = "12345" })).ShouldBeProblem(422, "validation.failed").ShouldBlame("code");
        (await LoginAsync(caller)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task AReset_LeavesItOn_WhereTheAddressWasConfirmed()
    {
        using var caller = await Api.SignInAsync();
        await Api.Anonymous.PostAsync("/api/v1/auth/confirm-email", new { token = await Api.Outbox.TokenAsync(caller.Email, "Confirm your e-mail address") });
        var (app, _) = await TurnOnAsync(caller);
        await Api.Anonymous.PostAsync("/api/v1/auth/forgot-password", new { email = caller.Email });
        var token = await Api.Outbox.TokenAsync(caller.Email, "Reset your password");

        await Api.Anonymous.PostAsync("/api/v1/auth/reset-password", new { token, newPassword = "a quite different passphrase" });

        (await LoginAsync(caller, null, "a quite different passphrase")).ShouldBeProblem(401, "auth.two_factor_required");
        (await LoginAsync(caller, app.Next(), "a quite different passphrase")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task AReset_TakesItOff_WhereSomebodyElseMayHaveSetItUp()
    {
        using var squatter = await Api.SignInAsync();
        await TurnOnAsync(squatter);
        await Api.Anonymous.PostAsync("/api/v1/auth/forgot-password", new { email = squatter.Email });
        var token = await Api.Outbox.TokenAsync(squatter.Email, "Reset your password");

        await Api.Anonymous.PostAsync("/api/v1/auth/reset-password", new { token, newPassword = "a quite different passphrase" });

        (await LoginAsync(squatter, null, "a quite different passphrase")).ShouldBe(HttpStatusCode.OK);
    }

    private static Task<ApiAnswer> LoginAsync(ApiCaller caller, string? twoFactorCode = null, string password = ApiCaller.Password) =>
        caller.PostAsync(Login, new { email = caller.Email, password, twoFactorCode });

    // The code of now turns it on; that of a later step, which may be taken ahead, is left for the test.
    private static async Task<(App App, string[] Codes)> TurnOnAsync(ApiCaller caller)
    {
        var secret = (await caller.PostAsync(TwoFactor, new { })).ShouldBe(HttpStatusCode.OK).Text("secret");
        var app = new App(new Totp(Base32Encoding.ToBytes(secret)));
        var confirmed = (await caller.PostAsync($"{TwoFactor}/confirm", new { code = app.Used })).ShouldBe(HttpStatusCode.OK);
        return (app, [.. confirmed.Json.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    private Task<long> ActionsAsync(ApiCaller caller) => Api.Database.ScalarAsync(
        "SELECT count(*) FROM audit_log WHERE (action LIKE 'account.two_factor%' OR action = 'account.recovery_code_used') "
        + $"AND lower(CAST(subject_id AS text)) = '{caller.UserId}'");

    private sealed class App(Totp totp)
    {
        private const int Step = 30;

        private readonly DateTime begun = TimeProvider.System.GetUtcNow().UtcDateTime;

        public string Used => totp.ComputeTotp(begun);

        /// <summary>The first code after <see cref="Used"/> that is good now; it is soon too old.</summary>
        public string Next()
        {
            var (now, next) = (TimeProvider.System.GetUtcNow().UtcDateTime, begun.AddSeconds(Step));
            return totp.ComputeTotp(now > next ? now : next);
        }
    }
}
