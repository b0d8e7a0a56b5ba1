using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using CleanLlm.Infrastructure.Ai.OpenAi;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Refit;

namespace CleanLlm.Benchmarks;

/// <summary>
/// What one token of an OpenAI stream costs between the provider's bytes and the update that the router gets; divide by <see cref="Tokens"/>.
/// The bytes come from memory, so the network is not in it; each read brings one event. With <c>--inProcess</c>, as the projects' outputs are in one folder.
/// </summary>
[MemoryDiagnoser]
public class ProviderStreamBenchmark : IDisposable
{
    /// <summary>Tokens of one answer.</summary>
    public const int Tokens = 1000;

    private static readonly ChatMessage[] Messages = [new(ChatRole.User, "What is love?")];

    private OpenAiChatClient client = null!;

    /// <summary>Whether each read waits, as on a slow provider.</summary>
    [Params(false, true)]
    public bool EachReadWaits { get; set; }

    [GlobalSetup]
    public void Connect()
    {
        var http = new HttpClient(new Recorded(EachReadWaits)) { BaseAddress = new Uri("http://recorded/v1") };
        var provider = new ProviderOptions { Name = "recorded" };
        var requests = new OpenAiChatRequests(RestService.For<IOpenAiApi>(http), new ModelDialects(provider), TimeProvider.System);
        client = new OpenAiChatClient(requests, provider, TimeProvider.System);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        client.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Tokens)]
    public async Task<int> Stream()
    {
        var length = 0;
        await foreach (var update in client.GetStreamingResponseAsync(Messages, new ChatOptions { ModelId = "m" }))
            length += update.Contents is [TextContent text, ..] ? text.Text.Length : 0;
        return length;
    }

    private sealed class Recorded(bool waits) : HttpMessageHandler
    {
        private static readonly byte[] Events = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat(
                """data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_50cad350e4","choices":[{"index":0,"delta":{"content":" hello"},"logprobs":null,"finish_reason":null}]}"""
                + "\n\n",
                Tokens))
            + """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1000}}""" + "\n\ndata: [DONE]\n\n");

        private static readonly int EventBytes = Array.IndexOf(Events, (byte)'\n') + 2;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StreamContent(new Pieces(Events, EventBytes, waits)) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
            });
    }

    /// <summary>Gives one event a read, at once or after a turn of the thread pool.</summary>
    private sealed class Pieces(byte[] bytes, int piece, bool waits) : MemoryStream(bytes, writable: false)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (waits)
                await Task.Yield();
            return Read(buffer.Span[..Math.Min(piece, buffer.Length)]);
        }
    }
}
