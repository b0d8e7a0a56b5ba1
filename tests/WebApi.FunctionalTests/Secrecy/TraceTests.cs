using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.Limits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OtpNet;

namespace CleanLlm.WebApi.FunctionalTests.Secrecy;

/// <summary>Logs and traces hold no password, token, key, address or prompt, however much of them is asked for (promise 34).</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
[NonParallelizable]
internal sealed class TraceTests(DatabaseKind kind)
{
    private const string Prompt = "prompt-that-nobody-may-read";
    private const string Wrong = "wrong-password-that-nobody-may-read";
    private const string Changed = "changed-password-that-nobody-may-read";

    private const string ExternalProvider = "elsewhere";

    private static readonly string[] Categories =
        ["Default", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Polly", "System.Net.Http.HttpClient", "CleanLlm"];

    [Test]
    public async Task NothingSecret_IsInLogsOrTraces_AtTraceLevel()
    {
        await using var database = await TestDatabases.CreateAsync(kind);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        foreach (var category in Categories)
            settings[$"Logging:LogLevel:{category}"] = "Trace";
        settings["Auth:External:0:Name"] = ExternalProvider;
        settings["Auth:External:0:Authority"] = "http://127.0.0.1:9/";
        settings["Auth:External:0:ClientId"] = "cleanllm";
        using var recording = new Recording();
        await using var program = ProgramInstance.Start(settings, services => services.AddLogging(logging => logging.ClearProviders().AddProvider(recording)));

        var secrets = await LiveAsync(program.Address, new Outbox(settings["Email:OutboxFolder"]));
        upstream.Release();

        recording.Lines.Should().HaveCountGreaterThan(500, "everything speaks");
        var leaks = secrets
            .Select(secret => (secret.Key, Line: recording.Lines.FirstOrDefault(line => line.Contains(secret.Value, StringComparison.OrdinalIgnoreCase))))
            .Where(leak => leak.Line is not null)
            .Select(leak => $"{leak.Key}: {leak.Line}")
            .ToList();
        await TestContext.Out.WriteLineAsync($"{recording.Lines.Count} lines of logs and traces at Trace level, {secrets.Count} secrets looked for, {leaks.Count} found");
        leaks.Should().BeEmpty();
    }

    // Whatever a user does that involves a secret.
    private static async Task<Dictionary<string, string>> LiveAsync(Uri address, Outbox outbox)
    {
        using var caller = new ApiCaller(address);
        await caller.RegisterAsync();
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["e-mail address"] = caller.Email,
            ["password"] = ApiCaller.Password,
            ["wrong password"] = Wrong,
            ["changed password"] = Changed,
            ["prompt"] = Prompt,
            ["the provider's key"] = "upstream-key",
        };

        (await caller.PostAsync("/api/v1/auth/login", new { email = caller.Email, password = Wrong })).ShouldBe(HttpStatusCode.Unauthorized);
        var first = await caller.PostAsync("/api/v1/auth/login", new { email = caller.Email, password = ApiCaller.Password });
        var next = await caller.PostAsync("/api/v1/auth/refresh", new { refreshToken = first.Text("refreshToken") });
        caller.Use(next);
        foreach (var (name, pair) in new[] { ("first", first), ("next", next) })
        {
            secrets[$"{name} access token"] = pair.Text("accessToken").Split('.')[2];
            secrets[$"{name} refresh token"] = pair.Text("refreshToken");
        }

        var key = await caller.PostAsync("/api/v1/api-keys", new { name = "CI" });
        secrets["API key"] = key.Text("key")["clk_".Length..];
        using var program = new ApiCaller(address);
        program.Authorize("Bearer", key.Text("key"));
        (await program.PostAsync("/api/v1/completions", new { prompt = Prompt, model = "ok" })).ShouldBe(HttpStatusCode.OK);
        using var header = new ApiCaller(address);
        (await header.SendAsync(HttpMethod.Post, "/api/v1/completions", new { prompt = Prompt, model = "ok" }, [new("x-api-key", key.Text("key"))])).ShouldBe(HttpStatusCode.OK);
        (await program.SendAsync(HttpMethod.Get, "/v1/models", headers: [new("x-api-key", key.Text("key") + "x")])).ShouldBe(HttpStatusCode.Unauthorized);
        await using (var stream = await caller.StreamAsync("/api/v1/completions", new { prompt = Prompt, model = "ok" }))
            await stream.ToEndAsync();
        (await caller.PostAsync("/api/v1/completions", new { prompt = Prompt, model = "malformed" })).ShouldBe(HttpStatusCode.BadGateway);
        var chat = await caller.OpenChatAsync(Prompt);
        (await caller.PostAsync($"/api/v1/chats/{chat}/messages", new { content = Prompt, model = "ok" })).ShouldBe(HttpStatusCode.OK);
        await caller.PostTextAsync("/api/v1/completions", $$"""{"prompt":"{{Prompt}}","unknown":"{{Wrong}}"}""");
        await caller.PostTextAsync("/api/v1/completions", $$"""{"prompt":"{{Prompt}}" """);

        secrets["code in an address"] = "code-that-nobody-may-read";
        await caller.GetAsync($"/api/v1/auth/external/{ExternalProvider}/callback?code={secrets["code in an address"]}&state=none");
        await caller.GetAsync($"/api/v1/admin/users?q={Uri.EscapeDataString(caller.Email)}");
        secrets["mailed token"] = await outbox.TokenAsync(caller.Email, "Confirm your e-mail address");
        await caller.PostAsync("/api/v1/auth/confirm-email", new { token = secrets["mailed token"] });
        await caller.PostAsync("/api/v1/auth/forgot-password", new { email = caller.Email });
        secrets["reset token"] = await outbox.TokenAsync(caller.Email, "Reset your password");

        var factor = (await caller.PostAsync("/api/v1/users/me/two-factor", new { })).ShouldBe(HttpStatusCode.OK);
        secrets["shared secret"] = factor.Text("secret");
        var code = new Totp(Base32Encoding.ToBytes(factor.Text("secret"))).ComputeTotp();
        var confirmed = (await caller.PostAsync("/api/v1/users/me/two-factor/confirm", new { code })).ShouldBe(HttpStatusCode.OK);
        secrets["recovery code"] = confirmed.Json.GetProperty("recoveryCodes")[0].GetString()!;
        await caller.PostAsync("/api/v1/auth/login", new { email = caller.Email, password = ApiCaller.Password, twoFactorCode = secrets["recovery code"] });

        (await caller.PostAsync("/api/v1/auth/reset-password", new { token = secrets["reset token"], newPassword = Changed })).ShouldBe(HttpStatusCode.NoContent);
        return secrets;
    }
}
