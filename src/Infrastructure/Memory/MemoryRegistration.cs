using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Memory;

/// <summary>Registers what looks after the memory of the process.</summary>
internal static class MemoryRegistration
{
    public static IServiceCollection AddMemory(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<MemoryOptions>(configuration, "Memory");
        return services.AddHostedService<RestingHeapTrim>();
    }
}
