using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Memory;

/// <summary>Registers what looks after the memory of the process.</summary>
internal static class MemoryRegistration
{
    public static IServiceCollection AddMemory(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MemoryOptions>().Bind(configuration.GetSection("Memory"));
        return services.AddHostedService<RestingHeapTrim>();
    }
}
