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
        await using var database = await TestDatabases.CreateMigratedAsync(DatabaseKind.Postgres);
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
            "a checkpoint is stored", async () => await database.ScalarAsync("SELECT count(*) FROM completions WHERE length(answer) > 60") == 1);

        var since = TimeProvider.System.GetTimestamp();
        await one.KillAsync();
        var rest = await reader.ToEndAsync();

        await TestContext.Out.WriteLineAsync($"told {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s after the kill, with a lease of 4 s");
        rest.SkipLast(1).Should().NotContain(e => e.Type != "completion.delta");
        rest[^1].Type.Should().Be("completion.failed");
        rest[^1].Data.GetProperty("code").GetString().Should().Be("completion.interrupted");
        rest[^1].Id.Should().BeGreaterThan(piece.Id!.Value);
        var stored = await there.GetAsync($"{Completions}/{id}");
        stored.Text("status").Should().Be("failed");
        stored.Json.GetProperty("message").GetProperty("content").GetString().Should().StartWith("You wrote", "what was checkpointed is kept");
        await Books.ShouldBalanceAsync(database);
        (await Books.EntriesAsync(database, here.UserId)).Should().Be(1);
    }

    [Test]
    public async Task KilledWhileTheOnlyPlaceIsTaken_TheUserGoesOnOnceTheLeaseRanOut_AndARepetitionRunsAgain()
    {
        await using var database = await TestDatabases.CreateMigratedAsync(DatabaseKind.Postgres);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        // The test ends it, once the place has been seen to be taken.
        settings["Completions:LeaseSeconds"] = "60";
        settings["Completions:CheckpointSeconds"] = "1";
        settings["Plans:0:Concurrency"] = "1";
        await using var one = await ProgramProcess.StartAsync(settings);
        await using var other = await ProgramProcess.StartAsync(settings);
        using var here = new ApiCaller(one.Address);
        await here.RegisterAsync();
        using var there = new ApiCaller(other.Address);
        there.Use(await there.PostAsync("/api/v1/auth/login", new { email = here.Email, password = ApiCaller.Password }));
        var messages = $"/api/v1/chats/{await here.OpenChatAsync("Killed")}/messages";
        KeyValuePair<string, string>[] key = [new("Idempotency-Key", "once")];
        var lost = here.SendAsync(HttpMethod.Post, messages, new { content = "Lost", model = "slow" }, key);
        await upstream.Model("slow").CallsReachAsync(1);

        await one.KillAsync();
        await lost.Awaiting(answer => answer).Should().ThrowAsync<HttpRequestException>();
        (await there.PostAsync(Completions, new { prompt = "Hello", model = "ok" })).ShouldBe(System.Net.HttpStatusCode.TooManyRequests);
        (await database.ExecuteAsync("UPDATE completions SET lease_expires_at = now() WHERE lease_expires_at IS NOT NULL")).Should().Be(1);
        await Eventually.HoldsAsync("the place is free", async () =>
            (await there.PostAsync(Completions, new { prompt = "Hello", model = "ok" })).Status == System.Net.HttpStatusCode.OK);

        var asked = (await there.GetAsync(messages)).Json.GetProperty("items").EnumerateArray().Should().ContainSingle().Subject;
        asked.GetProperty("content").GetString().Should().Be("Lost");
        asked.GetProperty("errorCode").GetString().Should().Be("completion.interrupted");

        upstream.Release("slow");
        var again = await there.SendAsync(HttpMethod.Post, messages, new { content = "Lost", model = "slow" }, key);
        again.ShouldBe(System.Net.HttpStatusCode.OK).Headers.Should().NotContainKey("Idempotency-Replayed");
        var history = (await there.GetAsync(messages)).Json.GetProperty("items").EnumerateArray().ToList();
        history.Select(message => message.GetProperty("role").GetString()).Should().Equal("assistant", "user");
        history[1].GetProperty("id").GetString().Should().Be(asked.GetProperty("id").GetString());
        history[1].GetProperty("errorCode").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        (await there.SendAsync(HttpMethod.Post, messages, new { content = "Lost", model = "slow" }, key)).Headers.Should().ContainKey("Idempotency-Replayed");
        upstream.Model("slow").Calls.Should().HaveCount(2);
        await Books.ShouldBalanceAsync(database);
    }
}
