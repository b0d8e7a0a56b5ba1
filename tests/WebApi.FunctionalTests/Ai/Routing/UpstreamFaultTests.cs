using System.Diagnostics;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>
/// Promise 26: however an AI service fails, the caller has a typed outcome within the deadline (3 s) and one second, no connection is
/// left behind, and the reservation is given back.
/// </summary>
[NonParallelizable]
public sealed class UpstreamFaultTests(DatabaseKind kind) : ApiTests(kind)
{
    private const int Deadline = 3;
    private const string TimedOut = "provider.timeout";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(Deadline + 1);

    private static readonly (string Name, string Script, string Json, string Stream)[] Faults =
    [
        ("refused", "", "provider.unavailable", "provider.unavailable"),
        ("black-holed", "", TimedOut, TimedOut),
        ("no headers", "hang@fault", TimedOut, TimedOut),
        ("429 with Retry-After", "status-429-after-1@fault", "provider.rate_limited", "provider.rate_limited"),
        ("429 with a long Retry-After", "status-429-after-60@fault", "provider.rate_limited", "provider.rate_limited"),
        ("500", "status-500@fault", "provider.unavailable", "provider.unavailable"),
        ("503", "status-503@fault", "provider.unavailable", "provider.unavailable"),
        ("reset", "reset-999@fault", "provider.unavailable", "provider.unavailable"),
        ("malformed JSON", "malformed@fault", "provider.bad_answer", "provider.bad_answer"),
        ("cut off", "cut-off@fault", "provider.cut_off", "provider.cut_off"),
        ("cut off without [DONE]", "cut-clean@fault", "provider.cut_off", "provider.cut_off"),
        ("one byte a second", "drip-1000@fault", TimedOut, TimedOut),
        ("silence in the middle", "stall@fault", TimedOut, TimedOut),
        ("endless", "endless@fault", "provider.too_long", "provider.too_long"),
    ];

    // The others have their outcome long before their deadline, and must not meet it on a busy machine.
    protected override IEnumerable<KeyValuePair<string, string>> Settings => Faults.SelectMany((fault, i) => FaultyUpstreams.Provider(
        i,
        $"fault-{i}",
        fault.Name switch
        {
            "refused" => FaultyUpstreams.Nobody,
            "black-holed" => FaultyUpstreams.BlackHole,
            _ => FaultyUpstreams.First.BaseUrl,
        },
        $"fault-{i}",
        fault.Script,
        timeoutSeconds: fault.Json == TimedOut ? Deadline : 60));

    [Test]
    public async Task EveryFault_EndsTypedInTime_AndLeavesNothingBehind([Values] bool stream)
    {
        using var caller = await Api.SignInAsync();
        await AskAsync(caller, "ok", stream);
        var connections = FaultyUpstreams.First.Connections;

        // Those that last until their deadline last together.
        var (slow, quick) = (Faults.Where(fault => fault.Json == TimedOut), Faults.Where(fault => fault.Json != TimedOut));
        await Task.WhenAll(slow.Select(fault => EndsInTimeAsync(caller, fault, stream)));
        foreach (var fault in quick)
            await EndsInTimeAsync(caller, fault, stream);

        await Books.ShouldBalanceAsync(Api.Database);
        (await caller.QuotaAsync("tokens")).Reserved.Should().Be(0);
        // Those that are healthy are kept for the next call; one at a time needs no more than one.
        await Eventually.HoldsAsync("no connection is left", () => Task.FromResult(FaultyUpstreams.First.Connections <= connections + 1));
        TestContext.Out.WriteLine($"Open afterwards: 0 calls, {FaultyUpstreams.First.Connections} connections.");
    }

    private static async Task EndsInTimeAsync(ApiCaller caller, (string Name, string Script, string Json, string Stream) fault, bool stream)
    {
        var watch = Stopwatch.StartNew();
        var code = await AskAsync(caller, $"fault-{Array.IndexOf(Faults, fault)}", stream);
        watch.Stop();

        await TestContext.Out.WriteLineAsync($"{(stream ? "stream" : "JSON"),-6} {fault.Name,-28} {code,-22} {watch.Elapsed.TotalSeconds:0.00} s");
        code.Should().Be(stream ? fault.Stream : fault.Json, fault.Name);
        watch.Elapsed.Should().BeLessThan(Bound + Patience.Slack, fault.Name);
        await Eventually.HoldsAsync($"no call of '{fault.Name}' is open", () => Task.FromResult(FaultyUpstreams.First.Model(fault.Script).Answering == 0));
    }

    /// <summary>The code of the problem, or <c>ok</c>.</summary>
    private static async Task<string> AskAsync(ApiCaller caller, string model, bool stream)
    {
        var body = new { prompt = "What is love?", model, maxTokens = 100 };
        if (!stream)
        {
            var answer = await caller.PostAsync("/api/v1/completions", body);
            return answer.Json.TryGetProperty("code", out var code) ? code.GetString()! : "ok";
        }

        await using var events = await caller.StreamAsync("/api/v1/completions", body);
        var last = (await events.ToEndAsync())[^1];
        return last.Type == "completion.failed" ? last.Data.GetProperty("code").GetString()! : "ok";
    }
}
