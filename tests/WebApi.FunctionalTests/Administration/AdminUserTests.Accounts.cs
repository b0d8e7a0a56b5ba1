using System.Globalization;
using System.Net;
using System.Text.Json;
using CleanLlm.WebApi.FunctionalTests.Api;
using OtpNet;

namespace CleanLlm.WebApi.FunctionalTests.Administration;

/// <summary>Accounts that admins make and erase, and the sessions, keys and second factors that they see and revoke.</summary>
public sealed partial class AdminUserTests
{
    private const string Login = "/api/v1/auth/login";

    [Test]
    public async Task AnAccountWithoutAPassword_IsInvited_SetsOne_AndSignsIn()
    {
        var email = NewEmail();

        var made = (await Admin.PostAsync(Users, new { email, displayName = "Grace" })).ShouldBe(HttpStatusCode.Created);

        made.Headers["Location"].Should().Be($"{Users}/{made.Text("id")}");
        (made.Text("email"), made.Text("displayName"), made.Text("role"), made.Text("plan")).Should().Be((email, "Grace", "user", ApiSettings.Plan));
        made.Json.GetProperty("lastSignInAt").ValueKind.Should().Be(JsonValueKind.Null);
        (await Api.Anonymous.PostAsync(Login, new { email, password = ApiCaller.Password })).ShouldBeProblem(401, "auth.invalid_credentials");

        var token = await Api.Outbox.TokenAsync(email, "Set your password");
        (await Api.Anonymous.PostAsync("/api/v1/auth/reset-password", new { token, newPassword = ApiCaller.Password })).ShouldBe(HttpStatusCode.NoContent);
        (await Api.Anonymous.PostAsync("/api/v1/auth/reset-password", new { token, newPassword = ApiCaller.Password })).ShouldBeProblem(422, "auth.invalid_token");

        var before = TimeProvider.System.GetUtcNow();
        (await Api.Anonymous.PostAsync(Login, new { email, password = ApiCaller.Password })).ShouldBe(HttpStatusCode.OK);
        var shown = (await Admin.GetAsync($"{Users}/{made.Text("id")}")).Json;
        shown.GetProperty("emailConfirmed").GetBoolean().Should().BeTrue();
        shown.GetProperty("lastSignInAt").GetDateTimeOffset().Should().BeOnOrAfter(before.AddMilliseconds(-1));
        (await AuditedAsync("admin.user_created")).Should().Contain(line =>
            line.GetProperty("subjectId").GetString() == made.Text("id") && line.GetProperty("actorId").GetString() == AdminId);
    }

    [Test]
    public async Task AnAccountWithAPassword_HasItsRoleAndPlan_AndIsAskedToConfirm()
    {
        var email = NewEmail();
        var plan = (await Admin.PostAsync("/api/v1/admin/plans", new { name = $"plan {Guid.CreateVersion7()}" })).ShouldBe(HttpStatusCode.Created);

        var made = (await Admin.PostAsync(Users, new { email, role = "admin", planId = plan.Text("id"), password = ApiCaller.Password })).ShouldBe(HttpStatusCode.Created);

        (made.Text("role"), made.Text("planId"), made.Text("plan")).Should().Be(("admin", plan.Text("id"), plan.Text("name")));
        await Api.Outbox.WaitAsync(email, "Confirm your e-mail address");
        using var caller = new ApiCaller(Api.Address);
        caller.Use(await Api.Anonymous.PostAsync(Login, new { email, password = ApiCaller.Password }));
        (await caller.GetAsync(Users)).ShouldBe(HttpStatusCode.OK);
        (await Admin.PostAsync(Users, new { email = email.ToUpperInvariant() })).ShouldBeProblem(409, "auth.email_taken");
        (await caller.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);
    }

    [TestCase("""{"email":"nobody"}""", 422, "email")]
    [TestCase("""{"email":"x@example.org","password":"short"}""", 422, "password")]
    [TestCase("""{"email":"x@example.org","planId":"00000000-0000-7000-8000-000000000001"}""", 422, "planId")]
    [TestCase("""{"email":"x@example.org","displayName":"a\u0000b"}""", 422, "displayName")]
    [TestCase("""{"email":"x@example.org","role":"root"}""", 400, null)]
    [TestCase("""{"email":"x@example.org","role":null}""", 400, null)]
    [TestCase("""{"email":"x@example.org","disabled":true}""", 400, null)]
    [TestCase("""{"password":"correct horse battery staple"}""", 422, "email")]
    public async Task AnAccountThatIsNotInOrder_IsNotMade(string body, int status, string? field)
    {
        var answer = await Admin.PostTextAsync(Users, body);

        ((int)answer.Status).Should().Be(status, answer.Body);
        if (field is not null)
            answer.ShouldBlame(field);
        (await Admin.GetAsync($"{Users}?q=x@example.org")).Ids.Should().BeEmpty();
    }

    [Test]
    public async Task AnErasedUser_IsGone_AndTheirTokensAreWorthNothing()
    {
        using var user = await Api.SignInAsync();

        (await Admin.DeleteAsync($"{Users}/{user.UserId}")).ShouldBe(HttpStatusCode.NoContent);

        (await user.GetAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await user.PostAsync(Login, new { email = user.Email, password = ApiCaller.Password })).ShouldBeProblem(401, "auth.invalid_credentials");
        (await Admin.GetAsync($"{Users}/{user.UserId}")).ShouldBeProblem(404, "user.not_found");
        (await Admin.DeleteAsync($"{Users}/{user.UserId}")).ShouldBeProblem(404, "user.not_found");
        (await Admin.DeleteAsync($"{Users}/{AdminId}")).ShouldBeProblem(409, "admin.self_change");
    }

    [Test]
    public async Task Sessions_AreListedAndEnded_OneAndAll()
    {
        using var user = await Api.SignInAsync();
        using var second = new ApiCaller(Api.Address);
        second.Use(await second.PostAsync(Login, new { email = user.Email, password = ApiCaller.Password }));
        var path = $"{Users}/{user.UserId}/sessions";

        var shown = (await Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
        shown.GetArrayLength().Should().Be(2);
        shown.EnumerateArray().Should().OnlyContain(session => !session.GetProperty("current").GetBoolean());
        var ended = (await second.GetAsync("/api/v1/auth/sessions")).Json.EnumerateArray().Single(session => session.GetProperty("current").GetBoolean())
            .GetProperty("id").GetString();

        (await Admin.DeleteAsync($"{path}/{ended}")).ShouldBe(HttpStatusCode.NoContent);
        (await second.GetAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await second.PostAsync("/api/v1/auth/refresh", new { refreshToken = second.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await user.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{Users}/{AdminId}/sessions/{ended}")).ShouldBeProblem(404, "session.not_found");

        (await Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.NoContent);
        (await user.GetAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await Admin.GetAsync(path)).Json.GetArrayLength().Should().Be(0);
        (await AuditedAsync("admin.session_revoked")).Should().ContainSingle(line => line.GetProperty("subjectId").GetString() == user.UserId)
            .Which.GetProperty("detail").GetProperty("sessionId").GetString().Should().Be(ended);
    }

    [Test]
    public async Task ApiKeys_AreListedWithoutSecrets_AndRevoked()
    {
        using var user = await Api.SignInAsync();
        var made = (await user.PostAsync("/api/v1/api-keys", new { name = "CI" })).ShouldBe(HttpStatusCode.Created);
        using var program = new ApiCaller(Api.Address);
        program.Authorize("Bearer", made.Text("key"));
        (await program.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        var path = $"{Users}/{user.UserId}/api-keys";

        var shown = (await Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
        shown.Json.EnumerateArray().Should().ContainSingle().Which.GetProperty("id").GetString().Should().Be(made.Text("id"));
        shown.Body.Should().NotContain("clk_").And.NotContain("hash");

        (await Admin.DeleteAsync($"{Users}/{AdminId}/api-keys/{made.Text("id")}")).ShouldBeProblem(404, "api_key.not_found");
        (await program.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{path}/{made.Text("id")}")).ShouldBe(HttpStatusCode.NoContent);
        (await program.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required");
        (await Admin.DeleteAsync($"{path}/{made.Text("id")}")).ShouldBeProblem(404, "api_key.not_found");
        (await AuditedAsync("admin.api_key_revoked")).Should().ContainSingle(line => line.GetProperty("subjectId").GetString() == user.UserId);
    }

    [Test]
    public async Task ASecondFactor_IsShownAndReset_WithAllSessions_AndTheOwnerIsTold()
    {
        using var user = await Api.SignInAsync();
        var secret = (await user.PostAsync("/api/v1/users/me/two-factor", new { })).ShouldBe(HttpStatusCode.OK).Text("secret");
        (await Admin.GetAsync($"{Users}/{user.UserId}")).Json.GetProperty("twoFactorEnabled").GetBoolean().Should().BeFalse("it is not confirmed");
        var code = new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime);
        (await user.PostAsync("/api/v1/users/me/two-factor/confirm", new { code })).ShouldBe(HttpStatusCode.OK);
        (await Admin.GetAsync($"{Users}?q={user.Email}")).Json.GetProperty("items")[0].GetProperty("twoFactorEnabled").GetBoolean().Should().BeTrue();
        (await user.PostAsync(Login, new { email = user.Email, password = ApiCaller.Password })).ShouldBeProblem(401, "auth.two_factor_required");

        (await Admin.DeleteAsync($"{Users}/{user.UserId}/two-factor")).ShouldBe(HttpStatusCode.NoContent);

        (await user.GetAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await user.PostAsync(Login, new { email = user.Email, password = ApiCaller.Password })).ShouldBe(HttpStatusCode.OK);
        await Api.Outbox.WaitAsync(user.Email, "Your second factor was removed");
        (await Admin.DeleteAsync($"{Users}/{user.UserId}/two-factor")).ShouldBeProblem(409, "auth.two_factor_not_set_up");
        (await Admin.DeleteAsync($"{Users}/{AdminId}/two-factor")).ShouldBeProblem(409, "admin.self_change");
        (await AuditedAsync("admin.two_factor_reset")).Should().ContainSingle(line => line.GetProperty("subjectId").GetString() == user.UserId);
    }

    [Test]
    public async Task Usage_IsWhatTheUserSees_AsJsonAndAsCsv()
    {
        using var user = await Api.SignInAsync();
        (await user.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        var query = $"by=model&from={Day(-2)}&to={Day(2)}";

        foreach (var accept in (string[])["application/json", "text/csv"])
        {
            var seen = (await Admin.SendAsync(HttpMethod.Get, $"{Users}/{user.UserId}/usage?{query}", headers: [new("Accept", accept)])).ShouldBe(HttpStatusCode.OK);
            seen.MediaType.Should().Be(accept);
            seen.Body.Should().Contain("ok").And.Be((await user.SendAsync(HttpMethod.Get, $"/api/v1/users/me/usage?{query}", headers: [new("Accept", accept)])).Body);
        }

        (await Admin.GetAsync($"{Users}/{user.UserId}/usage?by=colour")).ShouldBeProblem(422, "validation.failed").ShouldBlame("by");
        (await Admin.GetAsync($"{Users}/{user.UserId}/usage?by=key")).ShouldBeProblem(422, "feature.not_available").ShouldBlame("by");
        (await Admin.GetAsync($"{Users}/{user.UserId}/usage?from=yesterday")).ShouldBeProblem(400, "request.malformed");
        (await Admin.GetAsync($"{Users}/{user.UserId}/usage?from=2020-01-01T00:00:00Z")).ShouldBeProblem(422, "validation.failed").ShouldBlame("from");
    }

    [TestCase("GET", "sessions")]
    [TestCase("DELETE", "sessions")]
    [TestCase("DELETE", "sessions/00000000-0000-7000-8000-000000000001")]
    [TestCase("GET", "api-keys")]
    [TestCase("DELETE", "api-keys/00000000-0000-7000-8000-000000000001")]
    [TestCase("DELETE", "two-factor")]
    [TestCase("GET", "usage")]
    public async Task WhatBelongsToNobody_Is404(string method, string path) =>
        (await Admin.SendAsync(new HttpMethod(method), $"{Users}/{Guid.CreateVersion7()}/{path}")).ShouldBeProblem(404, "user.not_found");

    private static string Day(int offset) =>
        TimeProvider.System.GetUtcNow().AddDays(offset).ToString("yyyy-MM-dd'T'00:00:00'Z'", CultureInfo.InvariantCulture);

    private static string NewEmail() => $"made-{Guid.CreateVersion7():n}@example.org";
}
