using System.Net;
using System.Text.Json;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Administration;
using CleanLlm.WebApi.FunctionalTests.Api;
using Npgsql;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

public sealed class AccountDataTests(DatabaseKind kind) : AdminTests(kind)
{
    private const int Fillers = 1_200;
    private const string Sums = "SELECT sum(prompt_tokens) * 1000003 + sum(completion_tokens) * 1009 + sum(cost_nanos) + count(*) FROM usage_ledger";

    private readonly DatabaseKind kind = kind;

    [Test]
    public async Task Export_OfManyMessages_IsOneDocument_WithNothingOfAnother()
    {
        using var user = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        await LiveAsync(user, "mine");
        await LiveAsync(other, "theirs");
        var chat = await user.OpenChatAsync("Long");
        await FillAsync(chat);
        await ChangeAsync(user.UserId, new { disabled = false, planId = (string?)null });
        (await ReadAsync($"/api/v1/admin/users/{user.UserId}/chats", Reason)).ShouldBe(HttpStatusCode.OK);

        var export = (await user.GetAsync("/api/v1/users/me/export")).ShouldBe(HttpStatusCode.OK);

        export.MediaType.Should().Be("application/json");
        export.Headers["Content-Disposition"].Should().StartWith("attachment");
        var json = export.Json;
        json.EnumerateObject().Select(member => member.Name).Should().Equal(
            "exportedAt", "profile", "externalLogins", "sessions", "apiKeys", "chats", "completions", "templates", "usage", "quotaCounters", "auditLog");
        json.GetProperty("profile").GetProperty("email").GetString().Should().Be(user.Email);
        json.GetProperty("profile").GetProperty("lastSignInAt").GetDateTimeOffset().Should().BeAfter(default);
        json.GetProperty("profile").GetProperty("planId").ValueKind.Should().Be(JsonValueKind.Null);
        var messages = json.GetProperty("chats").EnumerateArray().ToDictionary(
            one => one.GetProperty("title").GetString()!, one => one.GetProperty("messages").EnumerateArray().ToList());
        messages["Long"].Should().HaveCount(Fillers);
        messages["Long"].Select(message => message.GetProperty("content").GetString()).Should().StartWith("filler 1").And.EndWith($"filler {Fillers}");
        messages["About mine"].Select(message => message.GetProperty("role").GetString()).Should().Equal("user", "assistant");
        json.GetProperty("completions")[0].GetProperty("prompt").GetString().Should().Be("alone with mine");
        json.GetProperty("usage").GetArrayLength().Should().Be(2);
        json.GetProperty("quotaCounters").GetArrayLength().Should().BePositive();
        json.GetProperty("sessions").GetArrayLength().Should().Be(1);
        json.GetProperty("auditLog").EnumerateArray().Select(line => line.GetProperty("action").GetString())
            .Should().Contain(["session.signed_in", "admin.content_read", "account.exported"]);
        export.Body.Should().NotContain("theirs").And.NotContain(other.UserId).And.NotContain(other.Email).And.NotContain(AdminId);
        export.Body.Should().NotContainAny("hash", "Hash", "password\":", user.RefreshToken);
        await TestContext.Out.WriteLineAsync($"Export of {Fillers + 2} messages: {export.Body.Length:n0} characters of valid JSON, nothing of another user");
        (await Api.Anonymous.GetAsync("/api/v1/users/me/export")).ShouldBeProblem(401, "auth.required");
    }

    [Test]
    public async Task Erasure_LeavesNothingButFiguresAndBareIds()
    {
        using var user = await Api.SignInAsync();
        await user.SendAsync(HttpMethod.Patch, "/api/v1/users/me", new { displayName = "Grace Unmistakable" });
        await LiveAsync(user, "unmistakable");
        (await ReadAsync($"/api/v1/admin/users/{user.UserId}/chats", "Unmistakable reason to look")).ShouldBe(HttpStatusCode.OK);
        await Books.ShouldBalanceAsync(Api.Database);
        var (entries, sums) = (await Books.EntriesAsync(Api.Database, user.UserId), await Api.Database.ScalarAsync(Sums));
        entries.Should().Be(2);
        string[] traces = [user.Email, user.UserId, "nmistakable"];
        (await TableDump.ReadAsync(Api.Database)).Select(value => value.Table).Distinct().Should().Contain(["users", "messages", "audit_log"]);

        (await user.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);
        await RemovedAsync();

        var remains = (await TableDump.ReadAsync(Api.Database))
            .Where(value => Array.Exists(traces, trace => value.Value.Contains(trace, StringComparison.OrdinalIgnoreCase)))
            .GroupBy(value => $"{value.Table}.{value.Column}", value => value.Value).ToList();
        await TestContext.Out.WriteLineAsync($"What names an erased user in all tables: {string.Join(", ", remains.Select(place => $"{place.Key} {place.Count()} times"))}");
        // The chain of the audit log covers these ids. They are random, and nothing is left that they lead to. The marker goes later.
        remains.Select(place => place.Key).Should().BeSubsetOf(["audit_log.actor_id", "audit_log.subject_id", "erasures.user_id"]);
        remains.SelectMany(place => place).Should().OnlyContain(value => value == user.UserId);
        (await Api.Database.ScalarAsync(Sums)).Should().Be(sums, "the ledger's figures stay");
        await TestContext.Out.WriteLineAsync($"Ledger lines of the user: {entries} before, 0 after; sums of the whole ledger unchanged");
        (await Books.EntriesAsync(Api.Database, user.UserId)).Should().Be(0);
        (await Admin.GetAsync("/api/v1/admin/audit/verify")).Json.GetProperty("valid").GetBoolean().Should().BeTrue();
        (await Admin.GetAsync("/api/v1/admin/audit/verify")).Json.GetProperty("redacted").GetInt64().Should().BePositive();

        (await user.GetAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await user.PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await user.DeleteAsync("/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
        await user.RegisterAsync();
        (await user.GetAsync("/api/v1/chats")).Ids.Should().BeEmpty();
    }

    [Test]
    public async Task Erasure_WhileAnAnswerIsWritten_ChargesWhatWasSeenOnce_AndLeavesNoReservation()
    {
        using var user = await Api.SignInAsync();
        var chat = await user.OpenChatAsync();
        var asked = user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "unmistakable question", model = "slow", maxTokens = 50 });
        await Eventually.HoldsAsync("it runs", async () => await Books.RunningAsync(Api.Database) == 1);

        (await user.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);
        Api.Upstream.Release("slow");

        (await asked).ShouldBeProblem(503, "completion.interrupted");
        await RemovedAsync();
        (await Api.Database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(0);
        (await Books.EntriesAsync(Api.Database, user.UserId)).Should().Be(0);
        (await TableDump.ReadAsync(Api.Database)).Should().NotContain(value => value.Value.Contains("unmistakable question", StringComparison.Ordinal));
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM quota_counters WHERE lower(CAST(subject_id AS text)) = '{user.UserId}'")).Should().Be(0);
    }

    [Test]
    public async Task Erasure_HidesEverythingAtOnce_WhileTheRowsAreStillThere()
    {
        using var user = await Api.SignInAsync();
        await LiveAsync(user, "hidden");
        var chat = await user.OpenChatAsync("Hidden");
        await FillAsync(chat);
        var ask = new { prompt = "Hello", model = "ok" };
        var repeatable = new Dictionary<string, string>(StringComparer.Ordinal) { ["Idempotency-Key"] = "again" };
        var completion = (await user.SendAsync(HttpMethod.Post, "/api/v1/completions", ask, repeatable)).ShouldBe(HttpStatusCode.OK).Text("id");
        using var program = new ApiCaller(Api.Address);
        program.Authorize("Bearer", (await user.PostAsync("/api/v1/api-keys", new { name = "mine" })).ShouldBe(HttpStatusCode.Created).Text("key"));
        (await ReadAsync($"/api/v1/admin/users/{user.UserId}/chats", Reason)).ShouldBe(HttpStatusCode.OK);
        await using var held = await HoldAsync(chat);

        (await user.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);

        foreach (var path in (string[])
            ["users/me", "users/me/export", "users/me/usage", "chats", $"chats/{chat}", $"chats/{chat}/messages", $"completions/{completion}", $"completions/{completion}/events", "auth/sessions"])
            (await user.GetAsync($"/api/v1/{path}")).Status.Should().Be(HttpStatusCode.Unauthorized, path);
        (await user.SendAsync(HttpMethod.Post, "/api/v1/completions", ask, repeatable)).Status.Should().Be(HttpStatusCode.Unauthorized, "it is no repetition any more");
        (await program.GetAsync("/api/v1/chats")).Status.Should().Be(HttpStatusCode.Unauthorized, "the key is gone");
        (await user.PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })).ShouldBeProblem(401, "auth.invalid_refresh_token");
        (await Admin.GetAsync($"/api/v1/admin/users?q={Uri.EscapeDataString(user.Email)}")).Ids.Should().BeEmpty();
        (await Admin.GetAsync("/api/v1/admin/users?limit=100")).Ids.Should().NotContain(user.UserId);
        foreach (var path in (string[])["", "/sessions", "/api-keys", "/usage", "/chats", $"/chats/{chat}/messages"])
            (await ReadAsync($"/api/v1/admin/users/{user.UserId}{path}", Reason)).ShouldBeProblem(404, "user.not_found");
        (await ChangeAsync(user.UserId, new { disabled = false })).ShouldBeProblem(404, "user.not_found");
        (await AuditedAsync("admin.content_read")).Where(line => line.GetProperty("subjectId").GetString() == user.UserId)
            .Should().ContainSingle().Which.GetProperty("detail").ValueKind.Should().Be(JsonValueKind.Null);
        await user.RegisterAsync();
        (await user.GetAsync("/api/v1/chats")).Ids.Should().BeEmpty();
        if (held is not null)
        {
            (await CountAsync("messages", chat)).Should().Be(Fillers, "they wait for the background");
            await held.CloseAsync();
        }

        await RemovedAsync();
        (await CountAsync("messages", chat)).Should().Be(0);
    }

    [Test]
    public async Task Export_ThatBreaksOff_LooksLikeNoDocument()
    {
        using var user = await Api.SignInAsync();
        await FillAsync(await user.OpenChatAsync("Long"));

        await WithoutAsync("usage_ledger", async () => await FluentActions.Awaiting(() => user.GetAsync("/api/v1/users/me/export"))
            .Should().ThrowAsync<HttpRequestException>("a part of it was sent"));
        await WithoutAsync("user_logins", async () => (await user.GetAsync("/api/v1/users/me/export")).ShouldBeProblem(500, "server.error"));

        (await user.GetAsync("/api/v1/users/me/export")).ShouldBe(HttpStatusCode.OK);
    }

    private async Task WithoutAsync(string table, Func<Task> act)
    {
        await Api.Database.ExecuteAsync($"ALTER TABLE {table} RENAME TO away");
        try
        {
            await act();
        }
        finally
        {
            await Api.Database.ExecuteAsync($"ALTER TABLE away RENAME TO {table}");
        }
    }

    private Task RemovedAsync() => Eventually.HoldsAsync(
        "what an erased account left is removed", async () => await Api.Database.ScalarAsync("SELECT count(*) FROM users WHERE erased_at IS NOT NULL") == 0);

    private Task<long> CountAsync(string table, string chat) =>
        Api.Database.ScalarAsync($"SELECT count(*) FROM {table} WHERE lower(CAST(chat_id AS text)) = '{chat}'");

    // Where there are row locks, the removal waits for this one.
    private async Task<NpgsqlConnection?> HoldAsync(string chat)
    {
        if (kind == DatabaseKind.Sqlite)
            return null;
        var connection = new NpgsqlConnection($"{Api.Database.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; SELECT 1 FROM messages WHERE chat_id = '{chat}' FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task LiveAsync(ApiCaller user, string word)
    {
        var chat = await user.OpenChatAsync($"About {word}");
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = $"a question on {word}", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/completions", new { prompt = $"alone with {word}", model = "ok" })).ShouldBe(HttpStatusCode.OK);
    }

    // As a version without encryption has left them: the upkeep encrypts them while they can be read.
    private async Task FillAsync(string chat)
    {
        await Api.Database.ExecuteAsync("DELETE FROM encrypted_columns");
        await InsertAsync(chat);
        (await Admin.SendAsync(HttpMethod.Post, "/api/v1/admin/encryption/rotate")).ShouldBe(HttpStatusCode.Accepted);
        using var deadline = Patience.Deadline();
        while (await Api.Database.ScalarAsync("SELECT count(*) FROM messages WHERE content LIKE 'filler%'", deadline.Token) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
    }

    private Task<int> InsertAsync(string chat)
    {
        var (id, now) = kind == DatabaseKind.Postgres
            ? ($"('{chat[..23]}-' || lpad(to_hex(i), 12, '0'))::uuid", "now()")
            : ($"printf('{chat[..23].ToUpperInvariant()}-%012X', i)", "639000000000000000");
        return Api.Database.ExecuteAsync(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Fillers})
            INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at)
            SELECT {id}, c.id, NULL, 1, 'filler ' || i, NULL, NULL, NULL, {now} FROM n, chats c WHERE lower(CAST(c.id AS text)) = '{chat}'
            """);
    }
}
