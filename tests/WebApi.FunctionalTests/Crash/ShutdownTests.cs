using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

/// <summary>SIGTERM behind a balancer, phase by phase. Times are so long that none ends by itself, or none at all.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public sealed class ShutdownTests(DatabaseKind kind)
{
    private const string Completions = "/api/v1/completions";
    private const string Long = "300";

    private TestDatabase database = null!;
    private ScriptedUpstream upstream = null!;
    private Dictionary<string, string> settings = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        (database, upstream) = (await TestDatabases.CreateMigratedAsync(kind), await ScriptedUpstream.StartAsync());
        settings = await ApiSettings.ForAsync(database, upstream);
        settings["Http:ShutdownSeconds"] = "600";
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        await upstream.DisposeAsync();
        await database.DisposeAsync();
    }

    [Test]
    public async Task DuringTheGrace_ItIsNotReady_ServesEverything_AndEndsConnections_UntilASecondSignal()
    {
        settings["Http:ShutdownGraceSeconds"] = Long;
        await using var program = await ProgramProcess.StartAsync(settings);
        using var caller = new ApiCaller(program.Address);
        await caller.RegisterAsync();
        (await caller.GetAsync("/health/live")).Headers.Should().NotContainKey("Connection");

        await program.TerminateAsync();
        await Eventually.HoldsAsync("it is not ready", async () => (await caller.GetAsync("/health/ready")).Status == HttpStatusCode.ServiceUnavailable);

        var answers = new[]
        {
            await caller.GetAsync("/health/live"),
            await caller.GetAsync("/api/v1/users/me"),
            await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" }),
        };
        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK && answer.Headers["Connection"] == "close");

        await program.TerminateAsync();
        (await program.ExitCodeAsync()).Should().Be(143);
    }

    [Test]
    public async Task AfterTheGrace_NewRunsAreRefused_TheOthersFinish_AndItEndsWith0()
    {
        settings["Completions:DrainSeconds"] = Long;
        await using var program = await ProgramProcess.StartAsync(settings);
        using var caller = new ApiCaller(program.Address);
        await caller.RegisterAsync();
        var chat = await caller.OpenChatAsync("A chat");
        await using var running = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall" });
        await running.UntilAsync("completion.delta");

        await program.TerminateAsync();
        foreach (var path in new[] { Completions, $"/api/v1/chats/{chat}/messages" })
        {
            var body = path == Completions ? (object)new { prompt = "Hello", model = "ok" } : new { content = "Hello", model = "ok" };
            ApiAnswer refused = null!;
            await Eventually.HoldsAsync(
                "runs are refused", async () => (refused = await caller.PostAsync(path, body)).Status is not (HttpStatusCode.OK or HttpStatusCode.Conflict));
            refused.ShouldBeProblem(503, "server.stopping").Headers.Should().Contain("Retry-After", "1").And.Contain("Connection", "close");
        }

        var ours = await caller.PostAsync("/v1/chat/completions", new { model = "ok", messages = new[] { new { role = "user", content = "Hello" } } });
        ours.ShouldBe(HttpStatusCode.ServiceUnavailable).Body.Should().Contain("server.stopping");
        (await caller.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK).Headers.Should().Contain("Connection", "close");

        upstream.Release("stall");
        (await running.ToEndAsync())[^1].Type.Should().Be("completion.finished");
        (await program.ExitCodeAsync()).Should().Be(0);
        await Books.ShouldBalanceAsync(database);
    }

    [Test]
    public async Task WhenTheTimeIsOver_WhatRunsEndsTyped_StoredAndCharged_BeforeTheConnectionCloses()
    {
        settings["Completions:DrainSeconds"] = "0";
        await using var program = await ProgramProcess.StartAsync(settings);
        using var caller = new ApiCaller(program.Address);
        await caller.RegisterAsync();
        await using var running = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall" });
        await running.UntilAsync("completion.delta");
        await upstream.Model("stall").CallsReachAsync(1);
        var whole = caller.PostAsync(Completions, new { prompt = "Hello", model = "slow" });
        await upstream.Model("slow").CallsReachAsync(1);

        await program.TerminateAsync();

        var ending = (await running.ToEndAsync())[^1];
        ending.Type.Should().Be("completion.failed");
        ending.Data.GetProperty("code").GetString().Should().Be("completion.interrupted");
        (await whole).ShouldBeProblem(503, "completion.interrupted");
        (await program.ExitCodeAsync()).Should().Be(0);
        await Books.ShouldBalanceAsync(database);
        (await Books.EntriesAsync(database, caller.UserId)).Should().Be(1, "what was written of the stream is charged");
    }
}
