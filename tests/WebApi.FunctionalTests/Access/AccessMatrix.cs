using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>
/// Which callers may call what: a row for every route of the program. A route without a row, and a row without its route, fails
/// <see cref="AccessMatrixTests"/>.
/// </summary>
public static class AccessMatrix
{
    private const string Api = "/api/v1";
    private const string AuditReason = "To see who may read this";

    private static Dictionary<string, string> WithReason => new(StringComparer.Ordinal) { ["Audit-Reason"] = AuditReason };

    /// <summary>The rows, by method and route pattern.</summary>
    public static IReadOnlyDictionary<string, AccessRow> Rows { get; } = new Dictionary<string, AccessRow>(StringComparer.Ordinal)
    {
        ["GET /health/live"] = Public("/health/live"),
        ["GET /health/ready"] = Public("/health/ready"),
        ["GET /version"] = Public("/version"),
        ["GET /.well-known/jwks.json"] = Public("/.well-known/jwks.json"),

        [$"POST {Api}/auth/register"] = Public($"{Api}/auth/register", 201, _ => new { email = $"x-{Guid.CreateVersion7():n}@example.org", password = ApiCaller.Password }),
        [$"POST {Api}/auth/login"] = Public($"{Api}/auth/login", 200, stage => new { email = stage.Owner.Email, password = ApiCaller.Password }),
        [$"POST {Api}/auth/refresh"] = Public($"{Api}/auth/refresh", 401, _ => new { refreshToken = "none" }),
        [$"POST {Api}/auth/logout"] = Self($"{Api}/auth/logout", 204, _ => new { }) with { EndsSession = true },
        [$"GET {Api}/auth/sessions"] = Self($"{Api}/auth/sessions"),
        [$"DELETE {Api}/auth/sessions"] = Self($"{Api}/auth/sessions", 204) with { EndsSession = true },
        [$"DELETE {Api}/auth/sessions/{{id:guid}}"] = Owner(204, async stage => $"{Api}/auth/sessions/{await OpenSessionAsync(stage)}"),

        [$"POST {Api}/auth/confirm-email"] = Public($"{Api}/auth/confirm-email", 422, _ => new { token = "none" }),
        [$"POST {Api}/auth/forgot-password"] = Public($"{Api}/auth/forgot-password", 204, _ => new { email = "nobody@example.org" }),
        [$"POST {Api}/auth/reset-password"] = Public($"{Api}/auth/reset-password", 422, _ => new { token = "none", newPassword = ApiCaller.Password }),
        [$"POST {Api}/users/me/password"] = Self($"{Api}/users/me/password", 422, _ => new { currentPassword = "wrong", newPassword = ApiCaller.Password }),
        [$"POST {Api}/users/me/two-factor"] = Self($"{Api}/users/me/two-factor"),
        [$"POST {Api}/users/me/two-factor/confirm"] = Self($"{Api}/users/me/two-factor/confirm", 422, _ => new { code = "" }),
        [$"DELETE {Api}/users/me/two-factor"] = Self($"{Api}/users/me/two-factor", 422, _ => new { code = "" }),

        [$"GET {Api}/auth/external"] = Public($"{Api}/auth/external"),
        [$"GET {Api}/auth/external/{{provider}}"] = Public($"{Api}/auth/external/none?returnUrl=https://example.org/", 422),
        [$"POST {Api}/auth/external/exchange"] = Public($"{Api}/auth/external/exchange", 422, _ => new { code = "none" }),
        [$"GET {Api}/users/me/external-logins"] = Self($"{Api}/users/me/external-logins"),
        [$"POST {Api}/users/me/external-logins"] = Self($"{Api}/users/me/external-logins", 422, _ => new { code = "none" }),
        [$"DELETE {Api}/users/me/external-logins/{{provider}}"] = Self($"{Api}/users/me/external-logins/none", 404),

        [$"GET {Api}/users/me"] = Self($"{Api}/users/me"),
        [$"PATCH {Api}/users/me"] = Self($"{Api}/users/me", 200, _ => new { displayName = "Ada" }),
        [$"GET {Api}/users/me/usage"] = Self($"{Api}/users/me/usage?by=model") with { Scope = "usage:read" },
        [$"GET {Api}/users/me/quota"] = Self($"{Api}/users/me/quota") with { Scope = "usage:read" },

        [$"GET {Api}/users/me/export"] = Self($"{Api}/users/me/export"),
        [$"DELETE {Api}/users/me"] = Self($"{Api}/users/me", 204) with { EndsSession = true },

        [$"GET {Api}/api-keys"] = Self($"{Api}/api-keys"),
        [$"POST {Api}/api-keys"] = Self($"{Api}/api-keys", 201, _ => new { name = "CI" }),
        [$"POST {Api}/api-keys/{{id:guid}}/rotate"] = Owner(200, async stage => $"{Api}/api-keys/{await MakeKeyAsync(stage)}/rotate", _ => new { overlapSeconds = 0 }),
        [$"DELETE {Api}/api-keys/{{id:guid}}"] = Owner(204, async stage => $"{Api}/api-keys/{await MakeKeyAsync(stage)}"),

        [$"GET {Api}/models"] = Self($"{Api}/models") with { Scope = "completions" },
        [$"POST {Api}/completions"] = Self($"{Api}/completions", 200, _ => new { prompt = "Hello", model = "ok" }) with { Scope = "completions" },
        [$"GET {Api}/completions/{{id:guid}}"] = Owner(200, async stage => $"{Api}/completions/{await AskAsync(stage)}") with { Scope = "completions", PartScope = "chats:write" },
        [$"GET {Api}/completions/{{id:guid}}/events"] = Owner(200, async stage => $"{Api}/completions/{await AskAsync(stage)}/events") with { Scope = "completions", PartScope = "chats:write" },
        [$"POST {Api}/completions/{{id:guid}}/cancel"] = Owner(202, async stage => $"{Api}/completions/{await AskAsync(stage)}/cancel") with { Scope = "completions", PartScope = "chats:write" },

        ["POST /v1/chat/completions"] =
            Self("/v1/chat/completions", 200, _ => new { model = "ok", messages = new[] { new { role = "user", content = "Hello" } } }) with { Scope = "completions", IgnoresUnknown = true },
        ["POST /v1/embeddings"] = Self("/v1/embeddings", 404, _ => new { model = "none", input = "Hello" }) with { Scope = "completions", IgnoresUnknown = true },
        ["GET /v1/models"] = Self("/v1/models") with { Scope = "completions" },
        ["GET /v1/models/{**id}"] = Self("/v1/models/ok") with { Scope = "completions" },

        [$"GET {Api}/chats"] = Self($"{Api}/chats") with { Scope = "chats:read" },
        [$"POST {Api}/chats"] = Self($"{Api}/chats", 201, _ => new { title = "Chat" }) with { Scope = "chats:write" },
        [$"GET {Api}/chats/{{id:guid}}"] = Owner(200, ChatAsync) with { Scope = "chats:read" },
        [$"PATCH {Api}/chats/{{id:guid}}"] = Owner(200, ChatAsync, _ => new { title = "Chat" }) with { Scope = "chats:write" },
        [$"DELETE {Api}/chats/{{id:guid}}"] = Owner(204, ChatAsync) with { Scope = "chats:write" },
        [$"GET {Api}/chats/{{id:guid}}/messages"] = Owner(200, async stage => $"{await ChatAsync(stage)}/messages") with { Scope = "chats:read" },
        [$"POST {Api}/chats/{{id:guid}}/messages"] =
            Owner(200, async stage => $"{await ChatAsync(stage)}/messages", _ => new { content = "Hello", model = "ok" }) with { Scope = "chats:write" },
        [$"POST {Api}/chats/{{id:guid}}/messages/{{messageId:guid}}/regenerate"] =
            Owner(200, async stage => $"{await AnswerAsync(stage)}/regenerate", _ => new { model = "ok" }) with { Scope = "chats:write" },
        [$"POST {Api}/chats/{{id:guid}}/messages/{{messageId:guid}}/edit"] =
            Owner(200, async stage => $"{await QuestionAsync(stage)}/edit", _ => new { content = "Hello again", model = "ok" }) with { Scope = "chats:write" },
        [$"GET {Api}/chats/{{id:guid}}/messages/{{messageId:guid}}/siblings"] =
            Owner(200, async stage => $"{await AnswerAsync(stage)}/siblings") with { Scope = "chats:read" },
        [$"PUT {Api}/chats/{{id:guid}}/active-leaf"] =
            Owner(204, async stage => $"{(await AnswerAsync(stage)).Split("/messages")[0]}/active-leaf") with { Scope = "chats:write", Body = NewestMessageAsync },
        [$"PUT {Api}/chats/{{id:guid}}/messages/{{messageId:guid}}/feedback"] =
            Owner(204, async stage => $"{await AnswerAsync(stage)}/feedback", _ => new { rating = "up" }) with { Scope = "chats:write" },

        [$"GET {Api}/templates"] = Self($"{Api}/templates") with { Scope = "completions" },
        [$"POST {Api}/templates"] = Self($"{Api}/templates", 201, _ => NewTemplate()),
        [$"GET {Api}/templates/{{id:guid}}"] = Owner(200, TemplateAsync) with { Scope = "completions" },
        [$"PUT {Api}/templates/{{id:guid}}"] = Owner(200, TemplateAsync, _ => NewTemplate()),
        [$"DELETE {Api}/templates/{{id:guid}}"] = Owner(204, TemplateAsync),
        [$"GET {Api}/templates/{{id:guid}}/versions"] = Owner(200, async stage => $"{await TemplateAsync(stage)}/versions") with { Scope = "completions" },
        [$"GET {Api}/templates/{{id:guid}}/versions/{{version:int}}"] = Owner(200, async stage => $"{await TemplateAsync(stage)}/versions/1") with { Scope = "completions" },

        [$"GET {Api}/admin/templates"] = Admin(200, Fixed($"{Api}/admin/templates")),
        [$"POST {Api}/admin/templates"] = Admin(201, Fixed($"{Api}/admin/templates"), _ => NewTemplate()),
        [$"GET {Api}/admin/templates/{{id:guid}}"] = Admin(200, SharedTemplateAsync),
        [$"PUT {Api}/admin/templates/{{id:guid}}"] = Admin(200, SharedTemplateAsync, _ => NewTemplate()),
        [$"DELETE {Api}/admin/templates/{{id:guid}}"] = Admin(204, SharedTemplateAsync),
        [$"GET {Api}/admin/templates/{{id:guid}}/versions"] = Admin(200, async stage => $"{await SharedTemplateAsync(stage)}/versions"),
        [$"GET {Api}/admin/templates/{{id:guid}}/versions/{{version:int}}"] = Admin(200, async stage => $"{await SharedTemplateAsync(stage)}/versions/1"),

        [$"GET {Api}/admin/users"] = Admin(200, Fixed($"{Api}/admin/users")),
        [$"POST {Api}/admin/users"] = Admin(201, Fixed($"{Api}/admin/users"), _ => new { email = $"x-{Guid.CreateVersion7():n}@example.org" }),
        [$"GET {Api}/admin/users/{{id:guid}}"] = Admin(200, OwnerAsync),
        [$"DELETE {Api}/admin/users/{{id:guid}}"] = Admin(204, OwnerAsync) with { EndsSession = true },
        [$"GET {Api}/admin/users/{{id:guid}}/sessions"] = Admin(200, async stage => $"{await OwnerAsync(stage)}/sessions"),
        [$"DELETE {Api}/admin/users/{{id:guid}}/sessions"] = Admin(204, async stage => $"{await OwnerAsync(stage)}/sessions") with { EndsSession = true },
        [$"DELETE {Api}/admin/users/{{id:guid}}/sessions/{{sessionId:guid}}"] =
            Admin(204, async stage => $"{await OwnerAsync(stage)}/sessions/{await OpenSessionAsync(stage)}"),
        [$"GET {Api}/admin/users/{{id:guid}}/api-keys"] = Admin(200, async stage => $"{await OwnerAsync(stage)}/api-keys"),
        [$"DELETE {Api}/admin/users/{{id:guid}}/api-keys/{{keyId:guid}}"] =
            Admin(204, async stage => $"{await OwnerAsync(stage)}/api-keys/{await MakeKeyAsync(stage)}"),
        [$"DELETE {Api}/admin/users/{{id:guid}}/two-factor"] = Admin(409, async stage => $"{await OwnerAsync(stage)}/two-factor"),
        [$"GET {Api}/admin/users/{{id:guid}}/usage"] = Admin(200, async stage => $"{await OwnerAsync(stage)}/usage"),
        [$"PATCH {Api}/admin/users/{{id:guid}}"] = Admin(200, OwnerAsync, _ => new { role = "user" }),
        [$"POST {Api}/admin/users/{{id:guid}}/quota-adjustments"] =
            Admin(201, async stage => $"{await OwnerAsync(stage)}/quota-adjustments", _ => new { metric = "tokens", window = "month", amount = 1, reason = AuditReason }),
        [$"GET {Api}/admin/users/{{id:guid}}/chats"] = Admin(200, async stage => $"{await OwnerAsync(stage)}/chats") with { Headers = WithReason },
        [$"GET {Api}/admin/users/{{id:guid}}/chats/{{chatId:guid}}/messages"] =
            Admin(200, async stage => $"{await OwnerAsync(stage)}/chats/{await stage.Owner.OpenChatAsync()}/messages") with { Headers = WithReason },
        [$"GET {Api}/admin/plans"] = Admin(200, Fixed($"{Api}/admin/plans")),
        [$"POST {Api}/admin/plans"] = Admin(201, Fixed($"{Api}/admin/plans"), _ => NewPlan()),
        [$"GET {Api}/admin/plans/{{id:guid}}"] = Admin(200, PlanAsync),
        [$"PUT {Api}/admin/plans/{{id:guid}}"] = Admin(200, PlanAsync, _ => NewPlan()),
        [$"DELETE {Api}/admin/plans/{{id:guid}}"] = Admin(204, PlanAsync),
        [$"GET {Api}/admin/audit"] = Admin(200, Fixed($"{Api}/admin/audit")),
        [$"DELETE {Api}/admin/cache"] = Admin(204, Fixed($"{Api}/admin/cache")),
        [$"GET {Api}/admin/encryption"] = Admin(200, Fixed($"{Api}/admin/encryption")),
        [$"POST {Api}/admin/encryption/rotate"] = Admin(202, Fixed($"{Api}/admin/encryption/rotate")),
        [$"GET {Api}/admin/audit/verify"] = Admin(200, Fixed($"{Api}/admin/audit/verify")),
        [$"GET {Api}/admin/providers"] = Admin(200, Fixed($"{Api}/admin/providers")),
    };

    private static AccessRow Public(string path, int status = 200, Func<AccessStage, object>? body = null) => Row(Audience.Public, status, Fixed(path), body);

    private static AccessRow Self(string path, int status = 200, Func<AccessStage, object>? body = null) => Row(Audience.Self, status, Fixed(path), body);

    private static AccessRow Owner(int status, Func<AccessStage, Task<string>> path, Func<AccessStage, object>? body = null) =>
        Row(Audience.Owner, status, path, body);

    private static AccessRow Admin(int status, Func<AccessStage, Task<string>> path, Func<AccessStage, object>? body = null) =>
        Row(Audience.Admin, status, path, body);

    private static AccessRow Row(Audience audience, int status, Func<AccessStage, Task<string>> path, Func<AccessStage, object>? body) =>
        new(audience, status, path) { Body = body is null ? null : stage => Task.FromResult(body(stage)) };

    private static Func<AccessStage, Task<string>> Fixed(string path) => _ => Task.FromResult(path);

    private static async Task<string> ChatAsync(AccessStage stage) => $"{Api}/chats/{await stage.Owner.OpenChatAsync()}";

    private static async Task<string> AnswerAsync(AccessStage stage)
    {
        var messages = $"{await ChatAsync(stage)}/messages";
        var answer = await stage.Owner.PostAsync(messages, new { content = "Hello", model = "ok" });
        return $"{messages}/{answer.Json.GetProperty("message").GetProperty("id").GetString()}";
    }

    private static async Task<string> QuestionAsync(AccessStage stage)
    {
        var messages = (await AnswerAsync(stage)).Split("/messages")[0] + "/messages";
        return $"{messages}/{(await stage.Owner.GetAsync(messages)).Ids[^1]}";
    }

    // Of the chat that was used last.
    private static async Task<object> NewestMessageAsync(AccessStage stage)
    {
        var chats = await stage.Owner.GetAsync($"{Api}/chats?limit=1");
        var messages = chats.Ids is [var chat] ? (await stage.Owner.GetAsync($"{Api}/chats/{chat}/messages?limit=1")).Ids : [];
        return new { messageId = messages is [var newest] ? newest : Guid.Empty.ToString() };
    }

    private static Task<string> OwnerAsync(AccessStage stage) => Task.FromResult($"{Api}/admin/users/{stage.Owner.UserId}");

    private static object NewTemplate() => new { name = $"template {Guid.CreateVersion7()}", text = "Translate {{text}}.", parameters = new[] { new { name = "text" } } };

    private static async Task<string> TemplateAsync(AccessStage stage) =>
        $"{Api}/templates/{(await stage.Owner.PostAsync($"{Api}/templates", NewTemplate())).Text("id")}";

    private static async Task<string> SharedTemplateAsync(AccessStage stage)
    {
        var admin = await stage.CallerAsync(CallerKind.Admin);
        return $"{Api}/admin/templates/{(await admin.PostAsync($"{Api}/admin/templates", NewTemplate())).Text("id")}";
    }

    private static object NewPlan() => new { name = $"plan {Guid.CreateVersion7()}" };

    private static async Task<string> PlanAsync(AccessStage stage)
    {
        var admin = await stage.CallerAsync(CallerKind.Admin);
        return $"{Api}/admin/plans/{(await admin.PostAsync($"{Api}/admin/plans", NewPlan())).Text("id")}";
    }

    private static async Task<string> MakeKeyAsync(AccessStage stage) => (await stage.Owner.PostAsync($"{Api}/api-keys", new { name = "CI" })).Text("id");

    private static async Task<string> AskAsync(AccessStage stage) =>
        (await stage.Owner.PostAsync($"{Api}/completions", new { prompt = "Hello", model = "ok" })).Text("id");

    private static async Task<string> OpenSessionAsync(AccessStage stage)
    {
        await stage.Owner.PostAsync($"{Api}/auth/login", new { email = stage.Owner.Email, password = ApiCaller.Password });
        var sessions = await stage.Owner.GetAsync($"{Api}/auth/sessions");
        return sessions.Json.EnumerateArray().First(session => !session.GetProperty("current").GetBoolean()).GetProperty("id").GetString()!;
    }
}
