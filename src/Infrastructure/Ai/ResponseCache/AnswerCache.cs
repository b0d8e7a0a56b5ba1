using CleanLlm.Application.Ai;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// A HybridCache for answers alone, with a memory cache of its own below it: that one is bounded by size and so takes no entry without
/// one, which other users of the program's <see cref="IMemoryCache"/> need not know. The second level is the program's.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    // HybridCache takes its memory cache from the container and by no key, so it gets a container.
    private readonly ServiceProvider services;

    public AnswerCache(
        IOptions<ResponseCacheOptions> options,
        IOptions<HybridCacheOptions> hybrid,
        TimeProvider clock,
        ILoggerFactory loggers,
        IDistributedCache? shared = null)
    {
        var own = new ServiceCollection()
            .AddSingleton(hybrid)
            .AddSingleton(clock)
            .AddSingleton(loggers)
            .Configure<MemoryCacheOptions>(memory => memory.SizeLimit = options.Value.MemoryBytes);
        if (shared is not null)
            own.AddSingleton(shared);
        own.AddHybridCache();
        services = own.BuildServiceProvider();
        Hybrid = services.GetRequiredService<HybridCache>();
    }

    public HybridCache Hybrid { get; }

    /// <summary>Ends the memory cache; what was handed in belongs to the program.</summary>
    public void Dispose() => services.Dispose();
}
