using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Administration;

public sealed partial class AdminUserTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Users = "/api/v1/admin/users";

    private static readonly string[] AdminRoutes = ["users", "plans", "audit", "audit/verify"];

    [Test]
    public async Task AdminCalls_OfOthers_AreForbidden([ValueSource(nameof(AdminRoutes))] string route)
    {
        using var user = await Api.SignInAsync();

        (await user.GetAsync($"/api/v1/admin/{route}")).ShouldBeProblem(403, "auth.forbidden").Text("detail").Should().Contain("the role 'admin'");
        (await Api.Anonymous.GetAsync($"/api/v1/admin/{route}")).ShouldBeProblem(401, "auth.required");
        (await Admin.GetAsync($"/api/v1/admin/{route}")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task TheConfiguredAdmin_IsConfirmedAndAudited()
    {
        (await Admin.GetAsync("/api/v1/users/me")).Text("role").Should().Be("admin");
        (await Admin.GetAsync($"{Users}/{AdminId}")).Text("emailConfirmed").Should().Be("True");
        (await AuditedAsync("account.registered")).Should().Contain(line => line.GetProperty("subjectId").GetString() == AdminId);
    }

    [Test]
    public async Task Users_AreFoundByPartsOfAddressAndName_Literally()
    {
        using var user = await Api.SignInAsync();
        await user.SendAsync(HttpMethod.Patch, "/api/v1/users/me", new { displayName = "100%_Ada Ünal" });
        var part = user.Email[5..30].ToUpperInvariant();

        (await Admin.GetAsync($"{Users}?q={part}")).Ids.Should().Equal(user.UserId);
        (await Admin.GetAsync($"{Users}?q={Uri.EscapeDataString("0%_aDA")}")).Ids.Should().Equal(user.UserId);
        (await Admin.GetAsync($"{Users}?q={Uri.EscapeDataString("Ünal")}")).Ids.Should().Equal(user.UserId);
        (await Admin.GetAsync($"{Users}?q={Uri.EscapeDataString("0_%ada")}")).Ids.Should().BeEmpty();
        (await Admin.GetAsync($"{Users}?q={Uri.EscapeDataString("\\")}")).Ids.Should().BeEmpty();
        (await Admin.GetAsync($"{Users}?q={Uri.EscapeDataString("' OR 1=1 --")}")).Ids.Should().BeEmpty();
        (await Admin.GetAsync($"{Users}?q=%00")).ShouldBeProblem(422, "validation.failed").ShouldBlame("q");
    }

    [Test]
    public async Task Users_ArePagedNewestFirst_WithoutGapOrRepeat()
    {
        for (var i = 0; i < 5; i++)
            (await Api.SignInAsync()).Dispose();
        var all = (await Admin.GetAsync($"{Users}?limit=100")).Ids;

        List<string> seen = [];
        var cursor = "";
        do
        {
            var page = await Admin.GetAsync($"{Users}?limit=2{cursor}");
            seen.AddRange(page.Ids);
            cursor = page.Json.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        seen.Should().Equal(all).And.BeInDescendingOrder().And.OnlyHaveUniqueItems();
        (await Admin.GetAsync($"{Users}?cursor=nonsense")).ShouldBeProblem(422, "validation.failed").ShouldBlame("cursor");
    }

    [Test]
    public async Task AnUnknownUser_Is404()
    {
        var nobody = Guid.CreateVersion7();

        (await Admin.GetAsync($"{Users}/{nobody}")).ShouldBeProblem(404, "user.not_found");
        (await ChangeAsync(nobody.ToString(), new { disabled = true })).ShouldBeProblem(404, "user.not_found");
        (await ReadAsync($"{Users}/{nobody}/chats", Reason)).ShouldBeProblem(404, "user.not_found");
        (await Admin.PostAsync($"{Users}/{nobody}/quota-adjustments", new { metric = "tokens", window = "month", amount = 1, reason = Reason }))
            .ShouldBeProblem(404, "user.not_found");
    }

    [Test]
    public async Task ADisabledUser_IsOutAtOnce_AndTheirSessionsStayEnded()
    {
        using var user = await Api.SignInAsync();

        (await ChangeAsync(user.UserId, new { disabled = true })).ShouldBe(HttpStatusCode.OK).Text("disabled").Should().Be("True");

        (await user.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ApiCaller.Password })).ShouldBeProblem(401, "auth.invalid_credentials");
        (await ChangeAsync(user.UserId, new { disabled = false })).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await AuditedAsync("admin.user_changed")).Where(line => line.GetProperty("subjectId").GetString() == user.UserId)
            .Select(line => line.GetProperty("detail").GetRawText())
            .Should().Equal("""{"disabled":{"from":true,"to":false}}""", """{"disabled":{"from":false,"to":true}}""");
    }

    [Test]
    public async Task ADemotedAdmin_LosesTheRightAtOnce_WhateverTheirTokenSays()
    {
        using var other = await MakeAdminAsync();
        (await other.GetAsync(Users)).ShouldBe(HttpStatusCode.OK);

        (await ChangeAsync(other.UserId, new { role = "user" })).ShouldBe(HttpStatusCode.OK);

        (await other.GetAsync(Users)).ShouldBeProblem(403, "auth.forbidden");
    }

    [Test]
    public async Task Admins_NeitherDemoteNorDisableThemselves()
    {
        (await ChangeAsync(AdminId, new { role = "user" })).ShouldBeProblem(409, "admin.self_change");
        (await ChangeAsync(AdminId, new { disabled = true })).ShouldBeProblem(409, "admin.self_change");
        (await ChangeAsync(AdminId, new { role = "admin", disabled = false })).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync("/api/v1/users/me")).ShouldBeProblem(409, "admin.last_admin");
    }

    [Test]
    public async Task APlan_IsAssigned_LeftAndTakenBack_ByPresentAbsentAndNull()
    {
        using var user = await Api.SignInAsync();
        var plan = (await Admin.PostAsync("/api/v1/admin/plans", new { name = $"plan {Guid.CreateVersion7()}" })).ShouldBe(HttpStatusCode.Created).Text("id");

        (await ChangeAsync(user.UserId, new { planId = plan })).ShouldBe(HttpStatusCode.OK).Text("planId").Should().Be(plan);
        (await user.GetAsync("/api/v1/users/me/quota")).Text("plan").Should().StartWith("plan ");
        (await ChangeAsync(user.UserId, new { })).ShouldBe(HttpStatusCode.OK).Text("planId").Should().Be(plan);
        (await ChangeAsync(user.UserId, new { planId = (string?)null })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("planId").ValueKind
            .Should().Be(System.Text.Json.JsonValueKind.Null);
        (await user.GetAsync("/api/v1/users/me/quota")).Text("plan").Should().Be(ApiSettings.Plan);
        (await ChangeAsync(user.UserId, new { planId = Guid.CreateVersion7() })).ShouldBeProblem(422, "plan.unknown").ShouldBlame("planId");
        (await ChangeAsync(user.UserId, new { planId = "mine" })).ShouldBeProblem(400, "request.malformed");
        (await ChangeAsync(user.UserId, new { email = "x@example.org" })).ShouldBeProblem(400, "request.malformed");
        (await ChangeAsync(user.UserId, new { role = "root" })).ShouldBeProblem(400, "request.malformed").Text("detail").Should().Be("role must be one of user, admin.");
        (await ChangeAsync(user.UserId, new { role = 2 })).ShouldBeProblem(400, "request.malformed").Text("detail").Should().Be("role must be one of user, admin.");
    }

    [Test]
    public async Task AnAdjustment_ChangesTheLimit_AndIsAuditedWithItsReason()
    {
        using var user = await Api.SignInAsync();
        var path = $"{Users}/{user.UserId}/quota-adjustments";

        var limit = (await Admin.PostAsync(path, new { metric = "tokens", window = "month", amount = 500, reason = Reason })).ShouldBe(HttpStatusCode.Created);

        limit.Text("limit").Should().Be("50000500");
        var shown = (await user.GetAsync("/api/v1/users/me/quota")).Json.GetProperty("limits").EnumerateArray()
            .Single(known => known.GetProperty("metric").GetString() == "tokens");
        shown.GetProperty("limit").GetInt64().Should().Be(50_000_500);
        (await AuditedAsync("admin.quota_adjusted"))[0].GetProperty("detail").GetProperty("reason").GetString().Should().Be(Reason);
        (await Admin.PostAsync(path, new { metric = "tokens", window = "minute", amount = 5, reason = Reason })).ShouldBeProblem(422, "plan.no_such_limit");
        (await Admin.PostAsync(path, new { metric = "tokens", window = "month", amount = 0, reason = Reason })).ShouldBeProblem(422, "validation.failed").ShouldBlame("amount");
        (await Admin.PostAsync(path, new { metric = "tokens", window = "month", amount = 5, reason = "because" })).ShouldBeProblem(422, "validation.failed").ShouldBlame("reason");
        (await Admin.PostAsync(path, new { metric = "tokens", window = "month", amount = long.MaxValue, reason = Reason })).ShouldBeProblem(422, "validation.failed").ShouldBlame("amount");
        (await Admin.PostAsync(path, new { metric = "tokens", window = "month", amount = 9_007_199_254_740_991, reason = Reason })).ShouldBeProblem(422, "validation.failed").ShouldBlame("amount");
    }
}
