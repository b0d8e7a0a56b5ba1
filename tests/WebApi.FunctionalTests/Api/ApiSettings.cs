using System.Globalization;
using System.Security.Cryptography;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>The settings that the tests run the program with.</summary>
public static class ApiSettings
{
    /// <summary>Prompt price of every model, for a million tokens.</summary>
    public const decimal PromptPrice = 1m;

    /// <summary>Completion price of every model, for a million tokens.</summary>
    public const decimal CompletionPrice = 3m;

    /// <summary>Longest answer of every model, in tokens.</summary>
    public const int MaxOutputTokens = 10_000;

    /// <summary>The name of the plan that every user has.</summary>
    public const string Plan = "Tested";

    private static readonly string[] Patient =
        ["ok", "bytes", "slow", "stall", "no-usage", "no-done", "stall@second", "stall@third"];

    // A provider each: one that keeps failing must not be taken for down in the tests of the others.
    private static readonly string[] Failing =
        ["status-400", "status-401", "status-422", "status-429", "status-500", "status-503", "malformed", "empty", "error", "cut-off", "cut-clean", "huge"];

    private static readonly string[] Impatient = ["hang", "stall@impatient"];

    /// <summary>Settings for a database of either kind.</summary>
    public static async Task<Dictionary<string, string>> ForAsync(TestDatabase database, ScriptedUpstream upstream)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Default"] = "Warning",
            ["Logging:LogLevel:CleanLlm"] = "Warning",
            // Given, so that the program makes none in its source folder.
            ["Encryption:Keys:0:Id"] = "test",
            ["Encryption:Keys:0:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            // All users of a fixture come from one address; the limits themselves have fixtures of their own.
            ["RateLimiting:AnonymousBurst"] = "100000",
            ["RateLimiting:CostlyBurst"] = "100000",
            ["Email:OutboxFolder"] = Path.Combine(Path.GetTempPath(), $"cleanllm-outbox-{Guid.CreateVersion7():n}"),
            // A title is one more completion, which tests that count would have to wait for.
            ["Titles:Enabled"] = "false",
            // A machine that runs many tests at once is slow, and those about quota send many requests at once.
            ["Completions:MaxWaitSeconds"] = "60",
            // Failures that a fixture's rows cause must not close its providers; the breaker has tests of its own.
            ["Ai:Breaker:MinimumCalls"] = "10000",
            ["Plans:0:Name"] = Plan,
            ["Plans:0:Default"] = "true",
            ["Plans:0:Concurrency"] = "500",
        };
        AddLimit(settings, 0, "tokens", "month", 50_000_000);
        // By months only: a test that runs at midnight would find yesterday's requests gone.
        AddLimit(settings, 1, "requests", "month", 100_000);
        AddLimit(settings, 2, "costMicros", "month", 100_000_000);
        AddProvider(settings, 0, "patient", upstream, Patient);
        AddProvider(settings, 1, "impatient", upstream, Impatient);
        settings["Ai:Providers:1:TimeoutSeconds"] = "4";
        settings["Ai:Providers:1:FirstByteTimeoutSeconds"] = "1";
        settings["Ai:Providers:1:IdleTimeoutSeconds"] = "1";
        for (var i = 0; i < Failing.Length; i++)
            AddProvider(settings, i + 2, Failing[i], upstream, [Failing[i]]);
        settings["Ai:Retry:BackoffMilliseconds"] = "20";

        settings[database.Kind == DatabaseKind.Postgres ? "ConnectionStrings:Postgres" : "ConnectionStrings:Sqlite"] = database.ConnectionString;
        if (database.Kind == DatabaseKind.Postgres)
            settings["ConnectionStrings:Redis"] = await TestRedis.ConnectionStringAsync();
        return settings;
    }

    /// <summary>Sets one limit of the plan.</summary>
    public static void AddLimit(IDictionary<string, string> settings, int index, string metric, string window, long amount)
    {
        settings[$"Plans:0:Limits:{index}:Metric"] = metric;
        settings[$"Plans:0:Limits:{index}:Window"] = window;
        settings[$"Plans:0:Limits:{index}:Amount"] = amount.ToString(CultureInfo.InvariantCulture);
    }

    private static void AddProvider(Dictionary<string, string> settings, int index, string name, ScriptedUpstream upstream, string[] models)
    {
        var provider = $"Ai:Providers:{index}";
        settings[$"{provider}:Name"] = name;
        settings[$"{provider}:Kind"] = "OpenAi";
        settings[$"{provider}:BaseUrl"] = upstream.BaseUrl.ToString();
        settings[$"{provider}:ApiKey"] = "upstream-key";
        for (var i = 0; i < models.Length; i++)
        {
            settings[$"{provider}:Models:{i}:Id"] = models[i];
            settings[$"{provider}:Models:{i}:ContextWindow"] = "64000";
            settings[$"{provider}:Models:{i}:MaxOutputTokens"] = MaxOutputTokens.ToString(CultureInfo.InvariantCulture);
            settings[$"{provider}:Models:{i}:Price:Prompt"] = PromptPrice.ToString(CultureInfo.InvariantCulture);
            settings[$"{provider}:Models:{i}:Price:Completion"] = CompletionPrice.ToString(CultureInfo.InvariantCulture);
        }
    }
}
