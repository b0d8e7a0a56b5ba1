using System.Globalization;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>An answer survives its connection: a reader that returns, to any instance, continues where it left.</summary>
public sealed class ResumeTests(DatabaseKind kind) : TwoInstances(kind)
{
    private const int Words = 200;

    protected override IReadOnlyList<string> Models => [$"paced-{Words}-5", "stall@resume", "stall@elsewhere"];

    [Test]
    public async Task AReaderThatIsCutOffAtEveryTenthToken_AndGoesOnElsewhere_SeesEachEventOnceAndInOrder()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        List<ServerEvent> seen = [];
        var connections = 1;
        string id;

        await using (var stream = await here.StreamAsync(Completions, new { prompt = "Hello", model = $"paced-{Words}-5" }))
        {
            id = stream.Response.Headers.GetValues("Completion-Id").Single();
            await TakeAsync(stream, seen);
        }

        for (; seen[^1].Type != "completion.finished"; connections++)
        {
            await using var stream = await (connections % 2 == 0 ? here : there).FollowAsync(id, seen[^1].Id!.Value);
            await TakeAsync(stream, seen);
        }

        await TestContext.Out.WriteLineAsync($"{seen.Count} events over {connections} connections to {(Other == Api ? "one instance" : "two instances")} in turn");
        connections.Should().BeGreaterThan(Words / 10);
        seen.Select(e => e.Id!.Value).Should().Equal(Enumerable.Range(1, seen.Count).Select(i => (long)i));
        TextOf(seen).Should().Be(string.Concat(UpstreamAnswers.Paced(Words)));
        seen[^1].Data.GetProperty("id").GetString().Should().Be(id);
    }

    [Test]
    public async Task TheEventsOfACompletionThatHasEnded_AreTheSameEverywhere()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        IReadOnlyList<ServerEvent> first;
        await using (var stream = await here.StreamAsync(Completions, new { prompt = "Hello", model = "ok" }))
            first = await stream.ToEndAsync();
        var id = first[0].Data.GetProperty("id").GetString()!;

        foreach (var caller in new[] { here, there })
        {
            await using var again = await caller.FollowAsync(id);
            (await again.ToEndAsync()).Select(Describe).Should().Equal(first.Select(Describe));
            await using var rest = await caller.FollowAsync(id, after: 3);
            (await rest.ToEndAsync()).Select(Describe).Should().Equal(first.Skip(3).Select(Describe));
            await ShouldBeOverAsync(caller, id, after: first.Count);
        }
    }

    [Test]
    public async Task SeveralReaders_OnBothInstances_FollowOneRun()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        await using var first = await here.StreamAsync(Completions, new { prompt = "Hello", model = "stall@resume" });
        var id = (await first.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
        await first.UntilAsync("completion.delta");
        await using var second = await here.FollowAsync(id);
        await using var third = await there.FollowAsync(id);
        await second.UntilAsync("completion.delta");
        await third.UntilAsync("completion.delta");

        Api.Upstream.Release("stall@resume");
        var texts = new[] { await first.ToEndAsync(), await second.ToEndAsync(), await third.ToEndAsync() };

        texts.Select(events => events[^1].Type).Should().AllBe("completion.finished");
        texts.Select(events => events[^1].Id).Distinct().Should().ContainSingle();
    }

    [Test]
    public async Task ACompletionAskedAsJson_IsFollowedToItsEnd()
    {
        using var here = await Api.SignInAsync();
        using var there = await SignInAtOtherAsync(here);
        var asking = here.PostAsync(Completions, new { prompt = "Hello", model = "stall@elsewhere" });
        await Api.Upstream.Model("stall@elsewhere").CallsReachAsync(1);
        var id = await RunningOfAsync(here);

        await using var following = await there.FollowAsync(id);
        Api.Upstream.Release("stall@elsewhere");
        var events = await following.ToEndAsync();

        events[^1].Type.Should().Be("completion.finished");
        TextOf(events).Should().Be((await asking).Json.GetProperty("message").GetProperty("content").GetString());
    }

    [Test]
    public async Task BadReadings_AreRefused()
    {
        using var caller = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var id = (await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" })).Text("id");

        foreach (var bad in new[] { "x", "-1", "1.5", "99999999999999999999" })
            (await caller.SendAsync(HttpMethod.Get, $"{Completions}/{id}/events", headers: [new("Last-Event-ID", bad)])).ShouldBeProblem(422, "validation.failed");
        (await stranger.GetAsync($"{Completions}/{id}/events")).ShouldBeProblem(404, "completion.not_found");
        (await caller.GetAsync($"{Completions}/{Guid.CreateVersion7()}/events")).ShouldBeProblem(404, "completion.not_found");
    }

    [Test]
    public async Task WhoHasSeenTheEnding_IsToldToAskNoMore_AlsoWhenOnlyTheRowIsLeft()
    {
        using var caller = await Api.SignInAsync();
        // An instance that starts on a file of SQLite closes what runs there.
        await Books.ShouldBalanceAsync(Api.Database);
        await using var later = CleanLlmApi.StartBeside(Api, [new("ConnectionStrings:Redis", "")]);
        using var afterwards = await SignInAtAsync(later, caller);
        IReadOnlyList<ServerEvent> seen;
        await using (var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "ok" }))
            seen = await stream.ToEndAsync();
        var id = seen[0].Data.GetProperty("id").GetString()!;
        await ShouldBeOverAsync(caller, id, after: seen[^1].Id!.Value);
        await ShouldBeOverAsync(caller, id, after: seen[^1].Id!.Value + 1);

        // An instance with nothing but the database knows the ending, but no more which event it was.
        await using var told = await afterwards.FollowAsync(id, after: seen[^1].Id!.Value - 1);
        var ending = (await told.ToEndAsync()).Should().ContainSingle().Subject;

        ending.Type.Should().Be("completion.finished");
        ending.Id.Should().BeGreaterThan(seen[^1].Id!.Value);
        await ShouldBeOverAsync(afterwards, id, after: ending.Id!.Value);
        await ShouldBeOverAsync(caller, id, after: ending.Id!.Value);
    }

    private static async Task ShouldBeOverAsync(ApiCaller caller, string completion, long after)
    {
        var answer = await caller.SendAsync(
            HttpMethod.Get, $"{Completions}/{completion}/events", headers: [new("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture))]);
        answer.ShouldBe(HttpStatusCode.NoContent).Body.Should().BeEmpty();
    }

    private static async Task TakeAsync(EventStream stream, List<ServerEvent> seen)
    {
        for (var i = 0; i < 10 && await stream.NextAsync() is { } next; i++)
            seen.Add(next);
    }

    private static string TextOf(IEnumerable<ServerEvent> events) =>
        string.Concat(events.Where(e => e.Type == "completion.delta").Select(e => e.Data.GetProperty("text").GetString()));

    private static string Describe(ServerEvent entry) => $"{entry.Id} {entry.Type} {entry.Data}";
}
