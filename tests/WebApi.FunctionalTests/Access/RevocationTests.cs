using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>What is taken away is gone on every instance, and on streams that are open, within five seconds (promise 5).</summary>
internal sealed class RevocationTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Sessions = "/api/v1/auth/sessions";

    private CleanLlmApi beside = null!;

    [OneTimeSetUp]
    public void StartBeside() => beside = CleanLlmApi.StartBeside(Api);

    [OneTimeTearDown]
    public async Task StopBesideAsync()
    {
        if (beside is not null)
            await beside.DisposeAsync();
    }

    [Test]
    public async Task TheList_ShowsEveryDevice_AndWhichOneAsks()
    {
        using var caller = await Api.SignInAsync();
        using var phone = await SignInAgainAsync(caller, Api);
        using var stranger = await Api.SignInAsync();

        var sessions = (await caller.GetAsync(Sessions)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().ToList();

        sessions.Should().HaveCount(2);
        sessions.Count(session => session.GetProperty("current").GetBoolean()).Should().Be(1);
        sessions.Should().OnlyContain(session => session.GetProperty("address").GetString() == "127.0.0.1");
        (await stranger.DeleteAsync($"{Sessions}/{sessions[0].GetProperty("id")}")).ShouldBeProblem(404, "session.not_found");
    }

    [TestCase("sign-out")]
    [TestCase("revoked by another device")]
    [TestCase("all revoked")]
    [TestCase("disabled behind the program's back")]
    [TestCase("erased behind the program's back")]
    public async Task WhatIsTakenAway_IsGoneEverywhere_AndEndsOpenStreams(string how)
    {
        using var near = await Api.SignInAsync();
        using var far = await SignInAgainAsync(near, beside);
        (await far.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
        await using var stream = await far.StreamAsync("/api/v1/completions", new { prompt = "Hello", model = "stall" });
        await stream.UntilAsync("completion.delta");

        var since = TimeProvider.System.GetTimestamp();
        await TakeAwayAsync(how, near, far);

        var refused = Eventually.HoldsAsync("the other instance refuses", async () => (await far.GetAsync("/api/v1/users/me")).Status == HttpStatusCode.Unauthorized);
        var ended = stream.UntilAsync("completion.failed");
        await refused;
        var refusedAfter = TimeProvider.System.GetElapsedTime(since);
        (await ended).Data.GetProperty("code").GetString().Should().Be("auth.session_ended");
        var endedAfter = TimeProvider.System.GetElapsedTime(since);

        await TestContext.Out.WriteLineAsync($"{how}: refused by the other instance after {refusedAfter.TotalSeconds:F1} s, its open stream ended after {endedAfter.TotalSeconds:F1} s (promised: 5)");
        (await stream.NextAsync()).Should().BeNull();
        (await Api.Anonymous.PostAsync("/api/v1/auth/refresh", new { refreshToken = far.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
    }

    [Test]
    public async Task AKeyTakenAway_EndsItsOpenStream()
    {
        using var owner = await Api.SignInAsync();
        var key = await owner.PostAsync("/api/v1/api-keys", new { name = "CI" });
        using var program = new ApiCaller(beside.Address);
        program.Authorize("Bearer", key.Text("key"));
        await using var stream = await program.StreamAsync("/api/v1/completions", new { prompt = "Hello", model = "stall" });
        await stream.UntilAsync("completion.delta");

        var since = TimeProvider.System.GetTimestamp();
        await owner.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}");

        (await stream.UntilAsync("completion.failed")).Data.GetProperty("code").GetString().Should().Be("auth.session_ended");
        await TestContext.Out.WriteLineAsync($"an open stream of a deleted key ended after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s (promised: 5)");
    }

    [Test]
    public async Task AChangeOfRole_HoldsForTheTokensThatAreOut()
    {
        using var near = await Api.SignInAsync();
        using var far = await SignInAgainAsync(near, beside);
        (await far.GetAsync("/api/v1/users/me")).Text("role").Should().Be("user");

        var since = TimeProvider.System.GetTimestamp();
        await Api.Database.ExecuteAsync($"UPDATE users SET role = 2 WHERE lower(CAST(id AS text)) = '{near.UserId}'");

        await Eventually.HoldsAsync("the other instance knows", async () => (await far.GetAsync("/api/v1/admin/users")).Status == HttpStatusCode.OK);
        await TestContext.Out.WriteLineAsync(
            $"a change of role was in force on another instance after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s (promised: 5)");
    }

    private async Task TakeAwayAsync(string how, ApiCaller near, ApiCaller far)
    {
        switch (how)
        {
            case "sign-out":
                // The same device, whose next request another instance answers.
                (await near.PostAsync("/api/v1/auth/logout", new { refreshToken = far.RefreshToken })).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "revoked by another device":
                var sessions = await near.GetAsync(Sessions);
                var other = sessions.Json.EnumerateArray().First(session => !session.GetProperty("current").GetBoolean());
                (await near.DeleteAsync($"{Sessions}/{other.GetProperty("id")}")).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "all revoked":
                (await near.DeleteAsync(Sessions)).ShouldBe(HttpStatusCode.NoContent);
                break;
            case "disabled behind the program's back":
                await Api.Database.ExecuteAsync($"UPDATE users SET disabled = true WHERE lower(CAST(id AS text)) = '{near.UserId}'");
                break;
            default:
                await Api.Database.ExecuteAsync($"DELETE FROM users WHERE lower(CAST(id AS text)) = '{near.UserId}'");
                break;
        }
    }

    private static async Task<ApiCaller> SignInAgainAsync(ApiCaller user, CleanLlmApi api)
    {
        var again = new ApiCaller(api.Address);
        again.Use(await again.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ApiCaller.Password }));
        return again;
    }
}
