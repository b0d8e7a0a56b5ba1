using System.Net;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>API keys over HTTP, also on a second instance (promise 8).</summary>
internal sealed class ApiKeyTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Keys = "/api/v1/api-keys";

    [Test]
    public async Task AKey_IsShownOnce_AndOnlyItsKeyedHashIsStored()
    {
        using var owner = await Api.SignInAsync();

        var created = (await owner.PostAsync(Keys, new { name = "CI" })).ShouldBe(HttpStatusCode.Created);

        var key = created.Text("key");
        key.Should().StartWith("clk_");
        created.Json.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString())
            .Should().Equal("completions", "chats:read", "chats:write", "usage:read");
        var listed = (await owner.GetAsync(Keys)).ShouldBe(HttpStatusCode.OK);
        listed.Json.GetArrayLength().Should().Be(1);
        listed.Body.Should().Contain(created.Text("id")).And.NotContain(key[^20..]);
        (await Api.Database.ScalarAsync("SELECT count(*) FROM api_keys WHERE length(secret_hash) <> 32")).Should().Be(0);
        await TestContext.Out.WriteLineAsync($"random bits of a key: {(key.Length - "clk_".Length) * 6 - (16 + 6) * 8} (promised: 128)");
    }

    [Test]
    public async Task Keys_AreAtMostAHundred_HoweverManyAreMadeAtOnce()
    {
        using var owner = await Api.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => MakeAsync(owner, $"key {i}")));

        answers.Count(answer => answer.Status == HttpStatusCode.Created).Should().Be(100);
        answers.Where(answer => answer.Status != HttpStatusCode.Created).Should().AllSatisfy(answer => answer.ShouldBeProblem(409, "api_key.too_many"));
        (await owner.GetAsync(Keys)).Json.GetArrayLength().Should().Be(100);
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM audit_log WHERE action = 'api_key.created' AND lower(CAST(actor_id AS text)) = '{owner.UserId}'"))
            .Should().Be(100, "what is refused is not audited");
    }

    // So many at once wait for each other; on a busy machine some are told to retry.
    private static async Task<ApiAnswer> MakeAsync(ApiCaller owner, string name)
    {
        using var deadline = Patience.Deadline();
        while (true)
        {
            var answer = await owner.PostAsync(Keys, new { name });
            if (answer.Status != HttpStatusCode.ServiceUnavailable)
                return answer;
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public async Task AKey_AsksInItsOwnersName_AndTheLedgerNamesIt()
    {
        using var owner = await Api.SignInAsync();
        var (id, program) = await MakeKeyAsync(owner, new { name = "CI", scopes = new[] { "completions" } });
        using var caller = program;

        (await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);

        (await owner.QuotaAsync("tokens")).Used.Should().BePositive();
        (await Api.Database.ScalarAsync(
            $"SELECT count(*) FROM usage_ledger WHERE lower(CAST(api_key_id AS text)) = '{id}' AND lower(CAST(user_id AS text)) = '{owner.UserId}'"))
            .Should().Be(1);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AKeyThatWritesInChats_FollowsReadsAndCancels_WhatItAskedThere_AndNothingElse()
    {
        using var owner = await Api.SignInAsync();
        var chat = await owner.OpenChatAsync();
        var (_, writing) = await MakeKeyAsync(owner, new { name = "CI", scopes = new[] { "chats:write" } });
        var (_, another) = await MakeKeyAsync(owner, new { name = "other", scopes = new[] { "chats:write" } });
        using var caller = writing;
        using var second = another;

        string own;
        await using (var stream = await caller.StreamAsync($"/api/v1/chats/{chat}/messages", new { content = "Hello", model = "ok" }))
        {
            own = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            await stream.ToEndAsync();
        }

        await using (var again = await caller.FollowAsync(own, after: 1))
            (await again.ToEndAsync())[^1].Type.Should().Be("completion.finished");
        (await caller.GetAsync($"/api/v1/completions/{own}")).ShouldBe(HttpStatusCode.OK);
        (await caller.PostAsync($"/api/v1/completions/{own}/cancel", new { })).ShouldBe(HttpStatusCode.Accepted);

        var theirs = (await owner.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Hello", model = "ok" })).Text("id");
        var outside = (await owner.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).Text("id");
        foreach (var (who, id) in new[] { (caller, theirs), (caller, outside), (second, own) })
        {
            (await who.GetAsync($"/api/v1/completions/{id}")).ShouldBeProblem(404, "completion.not_found");
            (await who.GetAsync($"/api/v1/completions/{id}/events")).ShouldBeProblem(404, "completion.not_found");
            (await who.PostAsync($"/api/v1/completions/{id}/cancel", new { })).ShouldBeProblem(404, "completion.not_found");
        }

        (await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBeProblem(403, "auth.forbidden")
            .Text("detail").Should().Contain("the scope 'completions'");
        (await caller.GetAsync("/api/v1/users/me")).ShouldBeProblem(403, "auth.forbidden").Text("detail").Should().StartWith("No API key opens this");
        (await caller.GetAsync("/api/v1/admin/users")).ShouldBeProblem(403, "auth.forbidden").Text("detail").Should().Contain("the role 'admin'");
    }

    [Test]
    public async Task AKeyThatWritesInChats_IsNotReplayedWhatSomebodyElseAsked()
    {
        using var owner = await Api.SignInAsync();
        var messages = $"/api/v1/chats/{await owner.OpenChatAsync()}/messages";
        var (_, writing) = await MakeKeyAsync(owner, new { name = "CI", scopes = new[] { "chats:write" } });
        using var caller = writing;
        var body = new { content = "Hello", model = "ok" };
        KeyValuePair<string, string>[] theirs = [new("Idempotency-Key", "the owner's")];
        KeyValuePair<string, string>[] own = [new("Idempotency-Key", "its own")];

        (await owner.SendAsync(HttpMethod.Post, messages, body, theirs)).ShouldBe(HttpStatusCode.OK);
        (await caller.SendAsync(HttpMethod.Post, messages, body, theirs)).ShouldBeProblem(422, "idempotency.key_reused");

        var first = (await caller.SendAsync(HttpMethod.Post, messages, body, own)).ShouldBe(HttpStatusCode.OK);
        (await caller.SendAsync(HttpMethod.Post, messages, body, own)).ShouldBe(HttpStatusCode.OK).Body.Should().Be(first.Body);
        (await owner.SendAsync(HttpMethod.Post, messages, body, own)).ShouldBe(HttpStatusCode.OK).Body.Should().Be(first.Body);
    }

    [Test]
    public async Task AKey_NeverPassesItsMonthlyLimit_HoweverManyAskAtOnce()
    {
        using var owner = await Api.SignInAsync();
        var (_, program) = await MakeKeyAsync(owner, new { name = "CI", monthlyTokenLimit = 200 });
        using var caller = program;

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            caller.PostInCrowdAsync("/api/v1/completions", new { prompt = "Hello", model = "ok", maxTokens = 30 })));

        var used = await Api.Database.ScalarAsync($"SELECT sum(prompt_tokens + completion_tokens) FROM usage_ledger WHERE lower(CAST(user_id AS text)) = '{owner.UserId}'");
        await TestContext.Out.WriteLineAsync($"{answers.Count(answer => answer.Status == HttpStatusCode.OK)} of 30 admitted, {used} of 200 tokens used");
        used.Should().BeInRange(1, 200);
        // The rest of its limit is used, or held by those that run.
        var refused = answers.First(answer => answer.Status != HttpStatusCode.OK);
        refused.ShouldBeProblem(429, refused.Text("code")).Text("code").Should().BeOneOf("quota.exceeded", "quota.reserved");
        refused.Text("limit").Should().Be("200");
        (await owner.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task ARotatedKey_WorksOnForItsOverlapOnly()
    {
        using var owner = await Api.SignInAsync();
        var (id, program) = await MakeKeyAsync(owner, new { name = "CI" });
        using var caller = program;

        var overlapping = (await owner.PostAsync($"{Keys}/{id}/rotate", new { overlapSeconds = 3600 })).ShouldBe(HttpStatusCode.OK);
        (await caller.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        using var second = Caller(Api, overlapping.Text("key"));
        (await second.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);

        using var third = Caller(Api, (await owner.PostAsync($"{Keys}/{id}/rotate", new { })).Text("key"));

        (await third.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        (await second.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required");
        (await caller.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required");
    }

    [Test]
    public async Task ADeletedKey_StopsOnEveryInstanceWithinFiveSeconds()
    {
        // An instance that starts on a file of SQLite closes what runs there.
        await Books.ShouldBalanceAsync(Api.Database);
        await using var beside = CleanLlmApi.StartBeside(Api);
        using var owner = await Api.SignInAsync();
        var (id, program) = await MakeKeyAsync(owner, new { name = "CI" });
        program.Dispose();
        var key = (await owner.PostAsync($"{Keys}/{id}/rotate", new { })).Text("key");
        using var near = Caller(Api, key);
        using var far = Caller(beside, key);
        (await near.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
        (await far.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);

        var since = TimeProvider.System.GetTimestamp();
        (await owner.DeleteAsync($"{Keys}/{id}")).ShouldBe(HttpStatusCode.NoContent);

        (await near.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required");
        await Eventually.HoldsAsync("the other instance knows", async () => (await far.GetAsync("/api/v1/models")).Status == HttpStatusCode.Unauthorized);
        var took = TimeProvider.System.GetElapsedTime(since);
        await TestContext.Out.WriteLineAsync($"a deleted key was refused by another instance after {took.TotalSeconds:F1} s (promised: 5)");
    }

    [Test]
    public async Task AKey_OfADisabledOwner_OpensNothing()
    {
        using var owner = await Api.SignInAsync();
        var (_, program) = await MakeKeyAsync(owner, new { name = "CI" });
        using var caller = program;
        await Api.Database.ExecuteAsync($"UPDATE users SET disabled = true WHERE lower(CAST(id AS text)) = '{owner.UserId}'");

        (await caller.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required");
    }

    [Test]
    public async Task SomebodyElsesKey_IsNotThere()
    {
        using var owner = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var (id, program) = await MakeKeyAsync(owner, new { name = "CI" });
        using var caller = program;

        (await other.DeleteAsync($"{Keys}/{id}")).ShouldBeProblem(404, "api_key.not_found");
        (await other.PostAsync($"{Keys}/{id}/rotate", new { })).ShouldBeProblem(404, "api_key.not_found");

        (await caller.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("name", """{"name":""}""")]
    [TestCase("scopes", """{"name":"x","scopes":["admin"]}""")]
    [TestCase("scopes", """{"name":"x","scopes":[]}""")]
    [TestCase("expiresAt", """{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""")]
    [TestCase("monthlyTokenLimit", """{"name":"x","monthlyTokenLimit":0}""")]
    public async Task ABadWish_IsBlamedOnItsField(string field, string body)
    {
        using var owner = await Api.SignInAsync();

        (await owner.PostTextAsync(Keys, body)).ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
    }

    [TestCase("clk_")]
    [TestCase("clk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task AMadeUpKey_Answers401(string key)
    {
        using var caller = Caller(Api, key);

        (await caller.GetAsync("/api/v1/models")).ShouldBeProblem(401, "auth.required").Headers["WWW-Authenticate"].Should().StartWith("Bearer");
    }

    private async Task<(string Id, ApiCaller Caller)> MakeKeyAsync(ApiCaller owner, object wish)
    {
        var created = (await owner.PostAsync(Keys, wish)).ShouldBe(HttpStatusCode.Created);
        return (created.Text("id"), Caller(Api, created.Text("key")));
    }

    private static ApiCaller Caller(CleanLlmApi api, string key)
    {
        var caller = new ApiCaller(api.Address);
        caller.Authorize("Bearer", key);
        return caller;
    }
}
