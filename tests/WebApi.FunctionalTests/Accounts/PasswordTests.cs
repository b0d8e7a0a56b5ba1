using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

[NonParallelizable]
public sealed class PasswordTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Auth = "/api/v1/auth";
    private const string ConfirmSubject = "Confirm your e-mail address";
    private const string ResetSubject = "Reset your password";
    private const string ChangedSubject = "Your password was changed";
    private const string NewPassword = "a quite different passphrase";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Email:ConfirmUrl", "https://app.example.org/confirm?lang=en"), new("Email:ResetUrl", "https://app.example.org/reset")];

    [Test]
    public async Task Register_MailsAToken_ThatConfirmsTheAddressOnce()
    {
        using var caller = await Api.SignInAsync();

        var mail = await Api.Outbox.WaitAsync(caller.Email, ConfirmSubject);
        var token = await Api.Outbox.TokenAsync(caller.Email, ConfirmSubject);
        var confirmed = await Api.Anonymous.PostAsync($"{Auth}/confirm-email", new { token });
        var again = await Api.Anonymous.PostAsync($"{Auth}/confirm-email", new { token });

        mail.TextBody.Should().Contain($"https://app.example.org/confirm?lang=en&token={token}");
        mail.HtmlBody.Should().Contain($"https://app.example.org/confirm?lang=en&amp;token={token}");
        confirmed.ShouldBe(HttpStatusCode.NoContent);
        again.ShouldBeProblem(422, "auth.invalid_token");
        (await caller.GetAsync("/api/v1/users/me")).Text("emailConfirmed").Should().Be("True");
    }

    [Test]
    public async Task Reset_SetsThePassword_EndsEverySession_AndConfirmsTheAddress()
    {
        using var caller = await Api.SignInAsync();
        var token = await ForgetAsync(caller);

        var reset = await ResetAsync(token);
        var again = await ResetAsync(token);

        reset.ShouldBe(HttpStatusCode.NoContent);
        again.ShouldBeProblem(422, "auth.invalid_token");
        (await caller.PostAsync($"{Auth}/refresh", new { refreshToken = caller.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await LoginAsync(caller, ApiCaller.Password)).ShouldBeProblem(401, "auth.invalid_credentials");
        caller.Use(await LoginAsync(caller, NewPassword));
        (await caller.GetAsync("/api/v1/users/me")).Text("emailConfirmed").Should().Be("True");
        await Api.Outbox.WaitAsync(caller.Email, ChangedSubject);
    }

    [Test]
    public async Task Reset_ByManyWithOneToken_LetsOneThrough()
    {
        using var caller = await Api.SignInAsync();
        var token = await ForgetAsync(caller);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ResetAsync(token, $"{NewPassword} {i}")));

        TestContext.Out.WriteLine($"12 parallel uses of one reset token: {answers.Count(answer => answer.Status == HttpStatusCode.NoContent)} succeeded");
        answers.Count(answer => answer.Status == HttpStatusCode.NoContent).Should().Be(1);
        answers.Where(answer => answer.Status != HttpStatusCode.NoContent).ToList().ForEach(answer => answer.ShouldBeProblem(422, "auth.invalid_token"));
        var works = Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.NoContent);
        (await LoginAsync(caller, $"{NewPassword} {works}")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Forgot_ASecondTime_MakesTheFirstTokenVoid()
    {
        using var caller = await Api.SignInAsync();
        var first = await ForgetAsync(caller);
        var second = await ForgetAsync(caller, count: 2);

        (await ResetAsync(first)).ShouldBeProblem(422, "auth.invalid_token");
        (await ResetAsync(second)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Reset_WithATokenThatConfirms_IsRefused_AndLeavesItGood()
    {
        using var caller = await Api.SignInAsync();
        var token = await Api.Outbox.TokenAsync(caller.Email, ConfirmSubject);

        (await ResetAsync(token)).ShouldBeProblem(422, "auth.invalid_token");
        (await Api.Anonymous.PostAsync($"{Auth}/confirm-email", new { token })).ShouldBe(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Reset_WithAShortPassword_BlamesIt_AndLeavesTheTokenGood()
    {
        using var caller = await Api.SignInAsync();
        var token = await ForgetAsync(caller);

        (await ResetAsync(token, "short")).ShouldBeProblem(422, "validation.failed").ShouldBlame("newPassword");
        (await ResetAsync(token)).ShouldBe(HttpStatusCode.NoContent);
    }

    [TestCase(true, 0)]
    [TestCase(false, 1)]
    public async Task Reset_OfAnAddressNeverConfirmed_RemovesTheKeysSomebodyMade(bool unconfirmed, int keysLeft)
    {
        using var caller = await Api.SignInAsync();
        if (!unconfirmed)
            await Api.Anonymous.PostAsync($"{Auth}/confirm-email", new { token = await Api.Outbox.TokenAsync(caller.Email, ConfirmSubject) });
        await InsertWaysInAsync(caller);

        (await ResetAsync(await ForgetAsync(caller))).ShouldBe(HttpStatusCode.NoContent);

        (await CountAsync("api_keys", caller)).Should().Be(keysLeft);
        (await CountAsync("user_logins", caller)).Should().Be(keysLeft);
    }

    [Test]
    public async Task Forgot_AnswersKnownAndUnknownAlike()
    {
        using var caller = await Api.SignInAsync();
        var answers = new[] { await ForgotAsync(caller.Email), await ForgotAsync("nobody@example.org") };
        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.NoContent && answer.Body.Length == 0);
        answers[0].Headers.Keys.Should().BeEquivalentTo(answers[1].Headers.Keys);
        Api.Outbox.To("nobody@example.org", ResetSubject).Should().BeEmpty();
    }

    [Test]
    public async Task Change_EndsTheOtherSessions_AndTellsTheOwner()
    {
        using var caller = await Api.SignInAsync();
        var other = await LoginAsync(caller, ApiCaller.Password);

        var changed = await ChangeAsync(caller, ApiCaller.Password);

        changed.ShouldBe(HttpStatusCode.NoContent);
        (await caller.PostAsync($"{Auth}/refresh", new { refreshToken = other.Text("refreshToken") })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        caller.Use(await caller.PostAsync($"{Auth}/refresh", new { refreshToken = caller.RefreshToken }));
        (await LoginAsync(caller, ApiCaller.Password)).ShouldBeProblem(401, "auth.invalid_credentials");
        (await LoginAsync(caller, NewPassword)).ShouldBe(HttpStatusCode.OK);
        (await Api.Outbox.WaitAsync(caller.Email, ChangedSubject)).TextBody.Should().Contain("If it was not you");
    }

    [Test]
    public async Task Change_MakesAMailedResetTokenVoid()
    {
        using var caller = await Api.SignInAsync();
        var token = await ForgetAsync(caller);

        await ChangeAsync(caller, ApiCaller.Password);

        (await ResetAsync(token)).ShouldBeProblem(422, "auth.invalid_token");
    }

    [Test]
    public async Task Change_WithAWrongCurrentPassword_BlamesIt()
    {
        using var caller = await Api.SignInAsync();

        (await ChangeAsync(caller, "not the current password")).ShouldBeProblem(422, "validation.failed").ShouldBlame("currentPassword");
        (await LoginAsync(caller, ApiCaller.Password)).ShouldBe(HttpStatusCode.OK);
    }

    private static Task<ApiAnswer> LoginAsync(ApiCaller caller, string password) =>
        caller.PostAsync($"{Auth}/login", new { email = caller.Email, password });

    private static Task<ApiAnswer> ChangeAsync(ApiCaller caller, string currentPassword) =>
        caller.PostAsync("/api/v1/users/me/password", new { currentPassword, newPassword = NewPassword });

    private Task<ApiAnswer> ForgotAsync(string email) => Api.Anonymous.PostAsync($"{Auth}/forgot-password", new { email });

    private Task<ApiAnswer> ResetAsync(string token, string newPassword = NewPassword) =>
        Api.Anonymous.PostAsync($"{Auth}/reset-password", new { token, newPassword });

    private async Task<string> ForgetAsync(ApiCaller caller, int count = 1)
    {
        (await ForgotAsync(caller.Email)).ShouldBe(HttpStatusCode.NoContent);
        return await Api.Outbox.TokenAsync(caller.Email, ResetSubject, count);
    }

    private Task<long> CountAsync(string table, ApiCaller caller) =>
        Api.Database.ScalarAsync($"SELECT count(*) FROM {table} WHERE lower(CAST(user_id AS text)) = '{caller.UserId}'");

    // As a user who registered with a stranger's address could have made them.
    private async Task InsertWaysInAsync(ApiCaller caller)
    {
        var users = $"FROM users WHERE lower(CAST(id AS text)) = '{caller.UserId}'";
        await Api.Database.ExecuteAsync(
            $"INSERT INTO api_keys (id, user_id, name, scopes, secret_hash, created_at) SELECT id, id, 'key', 1, {Blob}, created_at {users}");
        await Api.Database.ExecuteAsync(
            $"INSERT INTO user_logins (login_provider, provider_key, user_id) SELECT 'elsewhere', CAST(id AS text), id {users}");
    }

    private string Blob => Api.Database.Kind == DatabaseKind.Postgres ? "'\\x00'" : "x'00'";
}
