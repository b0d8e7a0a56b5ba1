using CleanLlm.Application.Completions.Log;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Registers what looks after running completions.</summary>
internal static class CompletionRegistration
{
    /// <summary>Upkeep, and event logs that instances share where there is a Redis.</summary>
    public static IServiceCollection AddCompletions(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetConnectionString("Redis") is { Length: > 0 })
            services.AddSingleton<ICompletionEventStore, RedisCompletionEvents>();
        return services.AddHostedService<CompletionUpkeep>();
    }
}
