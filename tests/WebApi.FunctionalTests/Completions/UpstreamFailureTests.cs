using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>However the AI service fails, the caller gets a typed answer and the quota comes back.</summary>
public sealed class UpstreamFailureTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";

    [TestCase("status-500", 503, "provider.unavailable")]
    [TestCase("status-503", 503, "provider.unavailable")]
    [TestCase("status-401", 503, "provider.unavailable")]
    [TestCase("status-400", 400, "provider.rejected")]
    [TestCase("status-422", 400, "provider.rejected")]
    [TestCase("status-429", 503, "provider.rate_limited")]
    [TestCase("malformed", 502, "provider.bad_answer")]
    [TestCase("empty", 502, "provider.bad_answer")]
    [TestCase("cut-off", 502, "provider.cut_off")]
    [TestCase("huge", 502, "provider.too_long")]
    [TestCase("hang", 504, "provider.timeout")]
    public async Task AsJson_EndsInATypedProblem_AndReservesNothing(string model, int status, string code)
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Completions, new { prompt = "Hello", model });

        answer.ShouldBeProblem(status, code);
        answer.Headers.ContainsKey("Retry-After").Should().Be(status == 503);
        await ShouldHaveReleasedAsync(caller);
    }

    [TestCase("status-503", "provider.unavailable", 503)]
    [TestCase("status-429", "provider.rate_limited", 503)]
    [TestCase("status-400", "provider.rejected", 400)]
    [TestCase("malformed", "provider.bad_answer", 502)]
    [TestCase("cut-off", "provider.cut_off", 502)]
    [TestCase("cut-clean", "provider.cut_off", 502)]
    [TestCase("huge", "provider.too_long", 502)]
    [TestCase("hang", "provider.timeout", 504)]
    [TestCase("stall@impatient", "provider.timeout", 504)]
    public async Task AsAStream_EndsInOneFailedEventWithTheProblem(string model, string code, int status)
    {
        using var caller = await Api.SignInAsync();

        await using var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model });
        var events = await stream.ToEndAsync();

        events[0].Type.Should().Be("completion.started");
        events.Select(e => e.Type).Should().ContainSingle(type => type != "completion.started" && type != "completion.delta");
        events[^1].Type.Should().Be("completion.failed");
        events[^1].Data.GetProperty("code").GetString().Should().Be(code);
        events[^1].Data.GetProperty("status").GetInt32().Should().Be(status);
        await ShouldHaveReleasedAsync(caller);
    }

    [Test]
    public async Task AStreamThatIsCutOff_KeepsAndChargesWhatWasWritten()
    {
        using var caller = await Api.SignInAsync();

        await using var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "cut-off" });
        var events = await stream.ToEndAsync();
        var written = string.Concat(events.Where(e => e.Type == "completion.delta").Select(e => e.Data.GetProperty("text").GetString()));
        var read = await caller.GetAsync($"{Completions}/{events[0].Data.GetProperty("id").GetString()}");

        written.Should().NotBeEmpty();
        read.Text("status").Should().Be("failed");
        read.Text("errorCode").Should().Be("provider.cut_off");
        read.Json.GetProperty("message").GetProperty("content").GetString().Should().Be(written);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1);
        (await caller.QuotaAsync("requests")).Should().Be((1, 0));
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AFailureWithoutOutput_IsNotCharged()
    {
        using var caller = await Api.SignInAsync();

        (await caller.PostAsync(Completions, new { prompt = "Hello", model = "status-500" })).ShouldBeProblem(503, "provider.unavailable");
        (await caller.PostAsync(Completions, new { prompt = "Hello", model = "status-422" })).ShouldBeProblem(400, "provider.rejected");

        (await caller.QuotaAsync("tokens")).Should().Be((0, 0));
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(0);
    }

    private async Task ShouldHaveReleasedAsync(ApiCaller caller)
    {
        await Books.ShouldBalanceAsync(Api.Database);
        (await caller.QuotaAsync("tokens")).Reserved.Should().Be(0);
    }
}
