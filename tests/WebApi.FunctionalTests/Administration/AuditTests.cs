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
        (await Admin.GetAsync($"{Log}?actor=nobody")).ShouldBeProblem(400, "request.malformed");
        (await Admin.GetAsync($"{Log}?action=%00")).ShouldBeProblem(422, "validation.failed").ShouldBlame("action");
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
}
