using System.Net;
using CleanLlm.Application.Paging;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Access;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>What the rows of the access matrix leave out: later pages, filters, long branches and ranges, repetitions, titles, refusals.</summary>
internal sealed class FurtherCalls(AccessStage stage)
{
    private const string V1 = "/api/v1";

    private static readonly string LongChat = $"{V1}/chats/{SeededRows.LongChat}";
    private static readonly string Late = new Cursor(TimeProvider.System.GetUtcNow().AddDays(-20), Guid.Empty).ToString();

    private ApiCaller Owner => stage.Owner;

    public async Task MakeAsync()
    {
        await ReadChatsAsync();
        await AskByTemplatesAsync();
        await ReadUsageAsync();
        await ReadAsAdminAsync();
        await RepeatAsync();
        await SignInAsync();
        await WaitForATitleAsync();
        await AskBeyondTheLimitAsync();
    }

    private async Task ReadChatsAsync()
    {
        await OkAsync(Owner, $"{V1}/chats?limit=100");
        await OkAsync(Owner, $"{V1}/chats?limit=100&cursor={Late}");
        if (stage.Api.Database.Kind == DatabaseKind.Sqlite)
            return;
        await OkAsync(Owner, LongChat);
        await OkAsync(Owner, $"{LongChat}/messages?limit=100");
        await OkAsync(Owner, $"{LongChat}/messages/{SeededRows.FirstMessage}/siblings");
        (await Owner.PostAsync($"{LongChat}/messages", new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
    }

    private async Task AskByTemplatesAsync()
    {
        var past = new Cursor(TimeProvider.System.GetUtcNow(), Guid.Parse("01900000-0000-7000-8000-000000000000"));
        await OkAsync(Owner, $"{V1}/templates?limit=100&cursor={past}");
        await OkAsync(await AdminAsync(), $"{V1}/admin/templates?limit=100&cursor={past}");
        var template = (await Owner.PostAsync($"{V1}/templates", new { name = "Asked by", text = "Be brief." })).Text("id");
        await OkAsync(Owner, $"{V1}/templates/{template}/versions?cursor={past}");
        foreach (var version in (int?[])[1, null])
            (await Owner.PostAsync($"{V1}/completions", new { prompt = "Hello", model = "ok", templateId = template, templateVersion = version })).ShouldBe(HttpStatusCode.OK);
    }

    private async Task ReadUsageAsync()
    {
        var year = $"from={TimeProvider.System.GetUtcNow().AddDays(-365):yyyy-MM-dd}T10:00:00Z";
        foreach (var by in (string[])["day", "model"])
            await OkAsync(Owner, $"{V1}/users/me/usage?by={by}&{year}");
        await OkAsync(await AdminAsync(), $"{V1}/admin/users/{Owner.UserId}/usage?{year}");
    }

    private async Task ReadAsAdminAsync()
    {
        var admin = await AdminAsync();
        var past = new Cursor(TimeProvider.System.GetUtcNow(), Guid.Parse("01900000-0000-7000-8000-000000000000"));
        await OkAsync(admin, $"{V1}/admin/users?limit=100&cursor={past}");
        await OkAsync(admin, $"{V1}/admin/users?q=seeded");
        var audit = $"{V1}/admin/audit?limit=100";
        var line = (await OkAsync(admin, $"{V1}/admin/audit?limit=10")).Text("nextCursor");
        foreach (var filter in (string[])[
            $"actor={Owner.UserId}", $"actor={Owner.Email}", $"subject={Owner.UserId}", $"subject={Owner.Email}", "action=account.erased", "action=session.signed_in",
            $"actor={Owner.UserId}&action=session.signed_in", $"actor={stage.Other.UserId}&subject={stage.Other.UserId}&action=session.signed_in", $"cursor={line}"])
            await OkAsync(admin, $"{audit}&{filter}");
    }

    private async Task RepeatAsync()
    {
        Dictionary<string, string> key = new(StringComparer.Ordinal) { ["Idempotency-Key"] = "once" };
        foreach (var _ in (int[])[1, 2])
            (await Owner.SendAsync(HttpMethod.Post, $"{V1}/completions", new { prompt = "Hello", model = "ok" }, key)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task SignInAsync()
    {
        // A wrong password first, so that the next sign-in looks where the user signed in before.
        await stage.Api.Anonymous.PostAsync($"{V1}/auth/login", new { email = Owner.Email, password = "wrong" });
        var tokens = await stage.Api.Anonymous.PostAsync($"{V1}/auth/login", new { email = Owner.Email, password = ApiCaller.Password });
        var first = tokens.ShouldBe(HttpStatusCode.OK).Text("refreshToken");
        foreach (var _ in (int[])[1, 2])
            (await stage.Api.Anonymous.PostAsync($"{V1}/auth/refresh", new { refreshToken = first })).ShouldBe(HttpStatusCode.OK);
        // That of the long session.
        (await stage.Api.Anonymous.PostAsync($"{V1}/auth/refresh", new { refreshToken = Owner.RefreshToken })).ShouldBe(HttpStatusCode.OK);
        await stage.Api.Anonymous.PostAsync($"{V1}/auth/forgot-password", new { email = Owner.Email });
    }

    private async Task WaitForATitleAsync()
    {
        var chat = $"{V1}/chats/{await Owner.OpenChatAsync()}";
        (await Owner.PostAsync($"{chat}/messages", new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await Eventually.HoldsAsync("the chat has a title", async () => (await Owner.GetAsync(chat)).Text("title").Length > 0);
    }

    private async Task AskBeyondTheLimitAsync()
    {
        var admin = await AdminAsync();
        object[] limits = [new { metric = "tokens", window = "minute", amount = 1 }];
        var plan = await admin.PostAsync($"{V1}/admin/plans", new { name = "Nothing", limits });
        plan.ShouldBe(HttpStatusCode.Created);
        using var poor = await stage.Api.SignInAsync();
        (await admin.SendAsync(HttpMethod.Patch, $"{V1}/admin/users/{poor.UserId}", new { planId = plan.Text("id") })).ShouldBe(HttpStatusCode.OK);
        (await poor.PostAsync($"{V1}/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private Task<ApiCaller> AdminAsync() => stage.CallerAsync(CallerKind.Admin);

    private static async Task<ApiAnswer> OkAsync(ApiCaller caller, string path) => (await caller.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
}
