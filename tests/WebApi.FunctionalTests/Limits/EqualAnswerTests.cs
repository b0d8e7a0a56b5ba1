using System.Diagnostics;
using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>A sign-in that fails tells nothing about the account, neither by its answer nor by its time.</summary>
[NonParallelizable]
public sealed class EqualAnswerTests(DatabaseKind kind) : ApiTests(kind)
{
    private const int Samples = 21;
    private const int Rounds = 8;
    private const int Guesses = (Samples * Rounds) + 1;
    private const double Tolerance = 0.10;
    private const string Wrong = "wrong horse battery";

    // An account must not become a throttled one while it is measured, nor a throttled one stop being one.
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Auth:Throttle:AddressBurst", $"{Guesses}"),
        KeyValuePair.Create("Auth:Throttle:AddressRegrowthSeconds", "86400"),
        KeyValuePair.Create("Auth:Throttle:AccountBurst", $"{Guesses}"),
        KeyValuePair.Create("Auth:Throttle:AccountRegrowthSeconds", "86400"),
    ];

    [Test]
    public async Task KnownUnknownDisabledAndThrottledAccounts_GetTheSameAnswer_AfterTheSameTime()
    {
        using var http = new HttpClient { BaseAddress = Api.Address };
        var (known, disabled, throttled) = (await RegisterAsync(), await RegisterAsync(), await RegisterAsync());
        await Api.Database.ExecuteAsync($"UPDATE users SET disabled = true WHERE email = '{disabled}'");
        await Task.WhenAll(Enumerable.Range(0, Guesses).Select(_ => http.LoginAsync(throttled, Wrong)));
        (string Name, string Email, string Password)[] kinds =
        [
            ("known", known, Wrong), ("unknown", "nobody@example.org", Wrong), ("disabled", disabled, ApiCaller.Password), ("throttled", throttled, ApiCaller.Password),
        ];

        await ShouldAnswerTheSameAsync(http, kinds);
        var all = kinds.Select(_ => new List<double>()).ToArray();
        for (var round = 1; round <= Rounds; round++)
        {
            var times = await MeasureAsync(http, kinds);
            for (var i = 0; i < kinds.Length; i++)
                all[i].AddRange(times[i]);
            // A busy machine scatters one round; all of them together settle down.
            var (one, together) = (Spread(kinds, times, $"round {round}"), Spread(kinds, all, $"up to round {round}"));
            if (Math.Min(one, together) <= Tolerance)
                return;
        }

        Assert.Fail($"In none of {Rounds} rounds the medians were within {Tolerance:P0}.");
    }

    private static async Task ShouldAnswerTheSameAsync(HttpClient http, (string Name, string Email, string Password)[] kinds)
    {
        var answers = new List<string>();
        foreach (var (_, email, password) in kinds)
        {
            var answer = await http.LoginAsync(email, password);
            answer.ShouldBeProblem(401, "auth.invalid_credentials");
            var members = answer.Json.EnumerateObject().Where(member => member.Name != "traceId").ToDictionary(member => member.Name, member => member.Value.ToString());
            var headers = answer.Headers.Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal);
            answers.Add(JsonSerializer.Serialize(new { answer.Status, members, headers }));
        }

        answers.Distinct().Should().ContainSingle();
    }

    // In turns, so that whatever else the machine does meets all kinds alike.
    private static async Task<List<double>[]> MeasureAsync(HttpClient http, (string Name, string Email, string Password)[] kinds)
    {
        var times = kinds.Select(_ => new List<double>()).ToArray();
        for (var sample = 0; sample < Samples; sample++)
        {
            for (var i = 0; i < kinds.Length; i++)
            {
                var which = (sample + i) % kinds.Length;
                var start = Stopwatch.GetTimestamp();
                var answer = await http.LoginAsync(kinds[which].Email, kinds[which].Password);
                times[which].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                answer.Status.Should().Be(HttpStatusCode.Unauthorized);
            }
        }

        return times;
    }

    private static double Spread((string Name, string Email, string Password)[] kinds, List<double>[] times, string when)
    {
        var medians = Array.ConvertAll(times, list => list.Order().ElementAt(list.Count / 2));
        var spread = (medians.Max() / medians.Min()) - 1;
        TestContext.Out.WriteLine(
            $"{when}: medians of {times[0].Count} sign-ins each: {string.Join(", ", kinds.Zip(medians, (kind, ms) => $"{kind.Name} {ms:F1} ms"))}; spread {spread:P1}");
        return spread;
    }

    private async Task<string> RegisterAsync()
    {
        using var caller = new ApiCaller(Api.Address);
        await caller.RegisterAsync();
        return caller.Email;
    }
}
