using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.ResponseCache;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>The response cache of one instance in front of a model that the test plays; several may share a Redis.</summary>
internal sealed class CacheHost : IAsyncDisposable
{
    public static readonly Model Wanted = new("model", "Model", "first", 1000, 100, TokenPrice.Free);
    public static readonly Model Smaller = new("smaller", "Smaller", "second", 1000, 100, TokenPrice.Free);

    private static readonly byte[] HashKey = RandomNumberGenerator.GetBytes(32);
    private static readonly PlayedCiphers SameKeys = new();

    private readonly ServiceProvider services;
    private readonly MeterListener meters = new();
    private readonly ConcurrentDictionary<string, long> counts = new(StringComparer.Ordinal);

    public CacheHost(PlayedModel model, string? redis = null, ResponseCacheOptions? options = null, IOwnerCiphers? ciphers = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:Redis"] = redis })
            .Build();
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IKeyedHash>(new OneHash())
            .AddSingleton(ciphers ?? SameKeys)
            .AddSingleton(Options.Create(options ?? new ResponseCacheOptions()))
            .AddSingleton<IChatRouter>(model)
            .AddCaching(configuration)
            .AddResponseCache()
            .BuildServiceProvider();
        Chat = services.GetRequiredService<IChatRouter>();
        var own = services.GetRequiredService<IMeterFactory>();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == own && instrument.Name == "cleanllm.response_cache.requests")
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            counts.AddOrUpdate((string)tags[0].Value!, value, (_, before) => before + value));
        meters.Start();
    }

    // HybridCache reads the time of the machine, so the tests begin there.
    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public IChatRouter Chat { get; }

    /// <summary>What libraries share in this process.</summary>
    public IMemoryCache ProgramMemory => services.GetRequiredService<IMemoryCache>();

    public IResponseCache Cache => services.GetRequiredService<IResponseCache>();

    /// <summary>What the metrics say of an outcome.</summary>
    public long Counted(string outcome) => counts.GetValueOrDefault(outcome);

    /// <summary>A call that may be cached, for an owner of that number.</summary>
    public static RoutedCall Call(byte owner = 1) =>
        new() { Candidates = [Wanted, Smaller], Cache = new CacheTerms(new ContentOwner(new Guid(0, 0, 0, [0, 0, 0, 0, 0, 0, 0, owner]))) };

    public static ChatOptions NewOptions() => new() { ModelId = "model", Temperature = 0, MaxOutputTokens = 100 };

    public Task<ChatResponse> AskAsync(RoutedCall call, string prompt = "hello", CancellationToken ct = default) =>
        Chat.GetResponseAsync([new ChatMessage(ChatRole.User, prompt)], NewOptions(), call, ct);

    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(RoutedCall call, string prompt = "hello", CancellationToken ct = default) =>
        Chat.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, prompt)], NewOptions(), call, ct);

    /// <summary>Waits until Redis answers.</summary>
    public async Task<CacheHost> ConnectedAsync()
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await services.GetRequiredService<CacheGeneration>().CurrentAsync(deadline.Token) is not { IsShared: true })
        {
            // The probe follows the clock of the test.
            Clock.Advance(TimeSpan.FromSeconds(1));
            await poll.WaitForNextTickAsync(deadline.Token);
        }

        return this;
    }

    /// <summary>Asks until the answer comes from the cache: it is kept, in Redis too, just after its first readers have it.</summary>
    public async Task<ChatResponse> CachedAsync(string prompt = "hello")
    {
        using var deadline = Patience.Deadline();
        var hits = Counted("hit");
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            var response = await AskAsync(Call(), prompt, deadline.Token);
            if (Counted("hit") > hits)
                return response;
        }
    }

    public async ValueTask DisposeAsync()
    {
        meters.Dispose();
        await services.DisposeAsync();
    }

    private sealed class OneHash : IKeyedHash
    {
        public ValueTask PrepareAsync(CancellationToken ct) => ValueTask.CompletedTask;

        public ValueTask<byte[]> ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
            ValueTask.FromResult(HMACSHA256.HashData(HashKey, data.Span));
    }
}
