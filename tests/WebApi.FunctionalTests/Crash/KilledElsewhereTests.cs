using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

/// <summary>What a reader on one instance sees of the end of another; a SQLite file belongs to one instance alone.</summary>
public sealed class KilledElsewhereTests
{
    private const string Completions = "/api/v1/completions";

    [Test]
    public async Task KilledWhileSomebodyReadsOnAnotherInstance_TheReaderIsToldTheEnding_OnceTheLeaseRanOut()
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["Completions:LeaseSeconds"] = "4";
        settings["Completions:CheckpointSeconds"] = "1";
        await using var one = await ProgramProcess.StartAsync(settings);
        await using var other = await ProgramProcess.StartAsync(settings);
        using var here = new ApiCaller(one.Address);
        await here.RegisterAsync();
        using var there = new ApiCaller(other.Address);
        there.Use(await there.PostAsync("/api/v1/auth/login", new { email = here.Email, password = ApiCaller.Password }));
        await using var lost = await here.StreamAsync(Completions, new { prompt = "Interrupted", model = "stall" });
        var id = (await lost.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
        await using var reader = await there.FollowAsync(id);
        var piece = await reader.UntilAsync("completion.delta");
        await Eventually.HoldsAsync(
            "a checkpoint is stored", async () => await database.ScalarAsync("SELECT count(*) FROM completions WHERE answer IS NOT NULL") == 1);

        var since = TimeProvider.System.GetTimestamp();
        await one.KillAsync();
        var rest = await reader.ToEndAsync();

        await TestContext.Out.WriteLineAsync($"told {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s after the kill, with a lease of 4 s");
        rest.SkipLast(1).Should().OnlyContain(e => e.Type == "completion.delta");
        rest[^1].Type.Should().Be("completion.failed");
        rest[^1].Data.GetProperty("code").GetString().Should().Be("completion.interrupted");
        rest[^1].Id.Should().BeGreaterThan(piece.Id!.Value);
        var stored = await there.GetAsync($"{Completions}/{id}");
        stored.Text("status").Should().Be("failed");
        stored.Json.GetProperty("message").GetProperty("content").GetString().Should().StartWith("You wrote", "what was checkpointed is kept");
        await Books.ShouldBalanceAsync(database);
        (await Books.EntriesAsync(database, here.UserId)).Should().Be(1);
    }
}
