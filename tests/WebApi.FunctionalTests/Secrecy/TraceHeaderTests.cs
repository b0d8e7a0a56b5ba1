using System.Diagnostics;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Secrecy;

/// <summary>What a caller is traced by ends here: providers are not sent it, whether or not traces are recorded.</summary>
public sealed class TraceHeaderTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Prompt = "traced";

    private static readonly Dictionary<string, string> Sent = new(StringComparer.Ordinal)
    {
        ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ["tracestate"] = "vendor=secret",
        ["baggage"] = "tenant=secret",
        ["Correlation-Context"] = "tenant=secret",
        ["Request-Id"] = "|secret.1.",
        ["b3"] = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        ["X-B3-TraceId"] = "0af7651916cd43dd8448eb211c80319c",
        ["X-B3-SpanId"] = "b7ad6b7169203331",
    };

    [Test]
    public async Task TraceHeadersOfACaller_AreNotSentToProviders([Values] bool recorded)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => recorded,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = await Api.SignInAsync();

        var body = new { prompt = $"{Prompt} {recorded}", model = "ok" };
        (await caller.SendAsync(HttpMethod.Post, "/api/v1/completions", body, Sent)).ShouldBe(HttpStatusCode.OK);

        var call = Api.Upstream.Model("ok").Calls.Last(c => c.Body.Contains($"{Prompt} {recorded}", StringComparison.Ordinal));
        call.Headers.Should().ContainKey("authorization");
        call.Headers.Keys.Should().NotIntersectWith(Sent.Keys.Select(name => name.ToLowerInvariant()));
        call.Headers.Values.Should().NotContain(value => value.Contains("secret", StringComparison.Ordinal) || value.Contains("0af7651916cd", StringComparison.Ordinal));
    }
}
