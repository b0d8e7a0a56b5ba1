using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Administration;

public sealed class AuditTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Log = "/api/v1/admin/audit";

    [Test]
    public async Task TheLog_IsPagedNewestFirst_AndFiltered()
    {
        using var user = await Api.SignInAsync();
        await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ApiCaller.Password });

        var own = (await Admin.GetAsync($"{Log}?actor={user.UserId}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray().ToList();
        own.Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(line => line.GetProperty("actorId").GetString() == user.UserId);
        own[0].GetProperty("detail").GetProperty("method").GetString().Should().Be("password");
        (await AuditedAsync("session.signed_in")).Should().OnlyContain(line => line.GetProperty("action").GetString() == "session.signed_in");

        List<long> seen = [];
        var cursor = "";
        do
        {
            var page = (await Admin.GetAsync($"{Log}?limit=2{cursor}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("sequence").GetInt64()));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        seen.Should().Equal(Enumerable.Range(1, seen.Count).Select(place => (long)place).Reverse());
        (await Admin.GetAsync($"{Log}?actor=nobody")).ShouldBeProblem(422, "validation.failed").ShouldBlame("actor");
        (await Admin.GetAsync($"{Log}?subject=nobody")).ShouldBeProblem(422, "validation.failed").ShouldBlame("subject");
        (await Admin.GetAsync($"{Log}?action=%00")).ShouldBeProblem(422, "validation.failed").ShouldBlame("action");
    }

    [Test]
    public async Task TheLog_IsFilteredByAddress_ForAsLongAsAnAccountHasIt()
    {
        using var user = await Api.SignInAsync();
        (await Admin.DeleteAsync($"/api/v1/admin/users/{user.UserId}/sessions")).ShouldBe(HttpStatusCode.NoContent);
        var address = Uri.EscapeDataString(user.Email.ToUpperInvariant());

        (await FindAsync($"actor={address}&action=session.signed_in")).Should().ContainSingle().Which.GetProperty("actorId").GetString().Should().Be(user.UserId);
        var ended = (await FindAsync($"subject={address}&actor={AdminEmail}&action=admin.sessions_revoked")).Should().ContainSingle().Subject;
        (ended.GetProperty("subjectId").GetString(), ended.GetProperty("detail").GetRawText()).Should().Be((user.UserId, """{"endedSessions":1}"""));
        (await FindAsync($"subject={user.UserId}")).Should().Contain(line => line.GetProperty("action").GetString() == "account.registered");

        (await Admin.DeleteAsync($"/api/v1/admin/users/{user.UserId}")).ShouldBe(HttpStatusCode.NoContent);

        (await FindAsync($"actor={address}")).Should().BeEmpty();
        (await FindAsync($"subject={address}")).Should().BeEmpty();
        var left = await FindAsync($"subject={user.UserId}");
        left[0].GetProperty("action").GetString().Should().Be("account.erased");
        left[0].GetProperty("actorId").GetString().Should().Be(AdminId);
        left.Should().OnlyContain(line => line.GetProperty("detail").ValueKind == System.Text.Json.JsonValueKind.Null);
        (await Admin.GetAsync($"{Log}/verify")).Json.GetProperty("valid").GetBoolean().Should().BeTrue();
    }

    [Test]
    public async Task Verify_SaysThatTheLogIsWhole_AndWhereItEnds()
    {
        using var user = await Api.SignInAsync();

        var verdict = (await Admin.GetAsync($"{Log}/verify")).ShouldBe(HttpStatusCode.OK);

        verdict.Json.GetProperty("valid").GetBoolean().Should().BeTrue(verdict.Body);
        verdict.Json.GetProperty("entries").GetInt64().Should().BePositive().And.Be(verdict.Json.GetProperty("headSequence").GetInt64());
        verdict.Json.GetProperty("brokenAt").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        verdict.Text("headHash").Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Test]
    public async Task AnothersChats_NeedAReason_WhichIsAuditedBeforeTheyAreRead()
    {
        using var user = await Api.SignInAsync();
        var chat = await user.OpenChatAsync("Private");
        (await user.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "my secret question", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        var chats = $"/api/v1/admin/users/{user.UserId}/chats";
        var before = (await AuditedAsync("admin.content_read")).Count;

        (await Admin.GetAsync(chats)).ShouldBeProblem(422, "validation.failed").ShouldBlame("Audit-Reason");
        (await ReadAsync(chats, "too short")).ShouldBeProblem(422, "validation.failed").ShouldBlame("Audit-Reason");
        (await ReadAsync($"{chats}/{chat}/messages", null)).ShouldBeProblem(422, "validation.failed").ShouldBlame("Audit-Reason");
        (await ReadAsync(chats, new string('x', 501))).ShouldBeProblem(422, "validation.failed").ShouldBlame("Audit-Reason");
        (await AuditedAsync("admin.content_read")).Should().HaveCount(before);

        (await ReadAsync(chats, Reason)).Body.Should().Be((await user.GetAsync("/api/v1/chats")).Body);
        var messages = await ReadAsync($"{chats}/{chat}/messages?limit=1", Reason);
        messages.Body.Should().Be((await user.GetAsync($"/api/v1/chats/{chat}/messages?limit=1")).Body);
        (await ReadAsync($"{chats}/{Guid.CreateVersion7()}/messages", Reason)).ShouldBeProblem(404, "chat.not_found");

        var audited = await AuditedAsync("admin.content_read");
        audited.Should().HaveCount(before + 3);
        audited[1].GetProperty("actorId").GetString().Should().Be(AdminId);
        audited[1].GetProperty("subjectId").GetString().Should().Be(user.UserId);
        audited[1].GetProperty("detail").GetProperty("chatId").GetString().Should().Be(chat);
        audited[1].GetProperty("detail").GetProperty("reason").GetString().Should().Be(Reason);
    }

    private async Task<IReadOnlyList<System.Text.Json.JsonElement>> FindAsync(string filter) =>
        [.. (await Admin.GetAsync($"{Log}?limit=100&{filter}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray()];
}
