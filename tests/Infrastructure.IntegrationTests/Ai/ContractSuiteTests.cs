using CleanLlm.AiContract;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>The suite for AI teams passes on our reference servers, and names what is wrong with servers that break the contract.</summary>
[NonParallelizable]
internal sealed class ContractSuiteTests
{
    [Test]
    public async Task Suite_OnTheReferenceServers_Passes()
    {
        var (failures, report) = await RunAsync(new ContractOptions { Url = UpstreamFixture.Predict.BaseUrl, Grpc = UpstreamFixture.Grpc.BaseUrl });

        TestContext.Out.WriteLine(report);
        failures.Should().Be(0, report);
        report.Should().Contain("18 passed, 0 failed");
    }

    [Test]
    public async Task Suite_WithAKey_ChecksThatItIsNeeded()
    {
        await using var server = await ScriptedPredict.StartAsync();
        var options = new ContractOptions { Url = server.BaseUrl, ApiKey = "k" };

        (await RunAsync(options)).Report.Should().Contain("FAIL  a call without the key is refused");
        server.ApiKey = "k";
        (await RunAsync(options)).Failures.Should().Be(0);
    }

    [TestCase("status-503", "FAIL  a prompt is answered with a text: status 503")]
    [TestCase("malformed", "FAIL  a prompt is answered with a text")]
    [TestCase("empty", "FAIL  a prompt is answered with a text: the answer has no string 'text'")]
    [TestCase("lax", "FAIL  an empty prompt is refused with 400 or 422: status 200")]
    [TestCase("no-done", "FAIL  Accept: text/event-stream is answered with events that end in done: the stream ended without")]
    [TestCase("error", "FAIL  Accept: text/event-stream is answered with events that end in done: an event reports an error")]
    [TestCase("hang", "FAIL  a prompt is answered with a text: not done after 1 s")]
    [TestCase("no-stream", "(answered in one document: allowed, but nobody sees it grow)")]
    public async Task Suite_OnAServerThatBreaksTheContract_SaysHow(string model, string line)
    {
        var timeout = model == "hang" ? TimeSpan.FromSeconds(1) : Patience.Slack;
        var options = new ContractOptions { Url = UpstreamFixture.Predict.BaseUrl, Model = $"{model}@suite", Timeout = timeout };

        var (failures, report) = await RunAsync(options);

        report.Should().Contain(line);
        (failures > 0).Should().Be(line.StartsWith("FAIL", StringComparison.Ordinal));
    }

    [TestCase("status-14", "FAIL  Predict answers with a text")]
    [TestCase("lax", "FAIL  Predict refuses an empty prompt with INVALID_ARGUMENT: it was answered")]
    [TestCase("error", "FAIL  PredictStream sends the text in chunks and ends with OK")]
    public async Task Suite_OnAGrpcServerThatBreaksTheContract_SaysHow(string model, string line)
    {
        var options = new ContractOptions { Grpc = UpstreamFixture.Grpc.BaseUrl, Model = $"{model}@suite", Timeout = Patience.Slack };

        (await RunAsync(options)).Report.Should().Contain(line);
    }

    [Test]
    public void Arguments_AreUnderstoodOrRefused()
    {
        ContractOptions.Parse(["--url", "http://h:1", "--grpc", "h:2", "--timeout", "5"]).Should().Be(
            new ContractOptions { Url = new Uri("http://h:1"), Grpc = new Uri("http://h:2"), Timeout = TimeSpan.FromSeconds(5) });
        foreach (var wrong in new string[][] { [], ["--url"], ["--url", "ftp://h"], ["--model", "m"], ["--other", "1"], ["--timeout", "0"] })
            ContractOptions.Parse(wrong).Should().BeNull();
    }

    private static async Task<(int Failures, string Report)> RunAsync(ContractOptions options)
    {
        await using var report = new StringWriter();
        var failures = await ContractSuite.RunAsync(options, report);
        return (failures, report.ToString());
    }
}
