using System.Diagnostics;
using CleanLlm.Infrastructure.Identity.External;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>What a caller is traced by, and the baggage it carries, stay here: third parties are not sent them.</summary>
[NonParallelizable]
internal sealed class TraceHeaderTests
{
    private static readonly string[] Known = ["traceparent", "tracestate", "baggage", "correlation-context", "request-id", "b3", "x-b3-traceid", "x-b3-spanid"];

    [Test]
    public async Task Headers_OfATrace_AreNotSentToProviders([Values("OpenAi", "Predict", "Grpc")] string kind, [Values] bool stream)
    {
        var model = $"ok@traced-{stream}";
        await using var ai = AiServices.Of(kind, null, model);
        using var listening = Listen();
        using var traced = Trace();

        var options = new ChatOptions { ModelId = model };
        _ = stream
            ? await ai.Client().GetStreamingResponseAsync(Ask.Messages, options).ToChatResponseAsync()
            : await ai.Client().GetResponseAsync(Ask.Messages, options);

        var headers = UpstreamFixture.Model(kind, model).Calls[^1].Headers;
        headers.Should().ContainKey("authorization");
        headers.Keys.Should().NotIntersectWith(Known);
    }

    [Test]
    public async Task Headers_OfATrace_AreNotSentWhenModelsAreListed_OrASignInIsChecked([Values] bool signIn)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        using var listening = Listen();
        using var traced = Trace();

        if (signIn)
        {
            using var channel = BackChannel.Open();
            await channel.GetAsync(new Uri($"{upstream.BaseUrl}/models"));
        }
        else
        {
            await using var ai = new AiServices(AiServices.Provider(0, "lists", upstream.BaseUrl));
            await ai.Catalog.ListAsync(default);
        }

        upstream.ListHeaders!.Keys.Should().NotIntersectWith(Known);
    }

    /// <summary>Records everything, as an exporter of traces would.</summary>
    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>A request of a caller that sends all of it.</summary>
    private static Activity Trace() => new Activity("request")
        .SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .AddBaggage("tenant", "secret")
        .Start();
}
