using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public sealed class KillTests(DatabaseKind kind)
{
    private const string Completions = "/api/v1/completions";

    [Test]
    public async Task KilledInTheMiddleOfStreams_AndStartedAgain_EverythingIsSettledAndNothingStoredIsLost()
    {
        await using var database = await TestDatabases.CreateMigratedAsync(kind);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["Completions:LeaseSeconds"] = "4";
        settings["Completions:CheckpointSeconds"] = "1";

        string messages, refreshToken;
        List<string> underWay = [];
        IReadOnlyList<string> before;
        await using (var program = await ProgramProcess.StartAsync(settings))
        {
            using var caller = new ApiCaller(program.Address);
            await caller.RegisterAsync();
            refreshToken = caller.RefreshToken;
            messages = $"/api/v1/chats/{await caller.OpenChatAsync("Kept")}/messages";
            (await caller.PostAsync(messages, new { content = "Stored before", model = "ok" })).ShouldBe(System.Net.HttpStatusCode.OK);
            before = (await caller.GetAsync(messages)).Ids;

            await using var inChat = await caller.StreamAsync(messages, new { content = "Interrupted", model = "stall" });
            await using var alone = await caller.StreamAsync(Completions, new { prompt = "Interrupted", model = "stall" });
            await using var silent = await caller.StreamAsync(Completions, new { prompt = "Interrupted", model = "slow" });
            foreach (var stream in new[] { inChat, alone, silent })
                underWay.Add((await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!);
            await inChat.UntilAsync("completion.delta");
            await alone.UntilAsync("completion.delta");
            (await Books.RunningAsync(database)).Should().Be(3);
            (await Books.ReservedAsync(database)).Should().BePositive();
            await program.KillAsync();
        }

        await using var again = await ProgramProcess.StartAsync(settings);
        using var back = new ApiCaller(again.Address);
        back.Use(await back.PostAsync("/api/v1/auth/refresh", new { refreshToken }));
        await Books.ShouldBalanceAsync(database);

        foreach (var id in underWay)
        {
            var completion = await back.GetAsync($"{Completions}/{id}");
            completion.Text("status").Should().Be("failed");
            completion.Text("errorCode").Should().Be("completion.interrupted");
        }

        (await back.GetAsync(messages)).Ids.Should().EndWith(before, "what was stored is still there").And.HaveCountGreaterThan(1);
        (await back.QuotaAsync("tokens")).Reserved.Should().Be(0);
        (await back.PostAsync(messages, new { content = "It goes on", model = "ok" })).ShouldBe(System.Net.HttpStatusCode.OK);
    }

    [Test]
    public async Task KilledWhileEqualRequestsShareOneCall_OneIsCharged_ForTheModelThatAnswered()
    {
        const string Asked = "status-404@killed";
        await using var database = await TestDatabases.CreateMigratedAsync(kind);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["Completions:LeaseSeconds"] = "4";
        settings["Completions:CheckpointSeconds"] = "1";
        settings["Ai:Providers:0:Models:90:Id"] = Asked;
        settings["Ai:Providers:0:Models:90:ContextWindow"] = "64000";
        settings["Ai:Providers:0:Models:90:MaxOutputTokens"] = "4096";
        settings["Ai:Providers:0:Models:90:Fallbacks:0"] = "stall";

        await using (var program = await ProgramProcess.StartAsync(settings))
        {
            using var caller = new ApiCaller(program.Address);
            await caller.RegisterAsync();
            var question = new { prompt = "Interrupted", model = Asked, temperature = 0 };
            List<EventStream> streams = [];
            for (var i = 0; i < 5; i++)
            {
                streams.Add(await caller.StreamAsync(Completions, question));
                await streams[i].UntilAsync("completion.delta");
            }

            await Eventually.HoldsAsync(
                "all are checkpointed", async () => await database.ScalarAsync("SELECT count(*) FROM completions WHERE length(answer) > 60") == streams.Count);
            upstream.Model("stall").Calls.Should().ContainSingle();
            await program.KillAsync();
            foreach (var stream in streams)
                await stream.DisposeAsync();
        }

        await using var again = await ProgramProcess.StartAsync(settings);
        await Eventually.HoldsAsync("all are settled", async () => await Books.RunningAsync(database) == 0);

        (await database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(1);
        (await database.TextAsync("SELECT model FROM usage_ledger")).Should().Be("stall");
        await Books.ShouldBalanceAsync(database);
    }
}
