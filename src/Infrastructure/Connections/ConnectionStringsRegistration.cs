using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Connections;

/// <summary>Registers the check of the connection strings.</summary>
internal static class ConnectionStringsRegistration
{
    public static IServiceCollection AddConnectionStrings(this IServiceCollection services, IConfiguration configuration) => services
        .AddSettings<ConnectionStringsOptions>(configuration, ConnectionStringsOptions.Section)
        .AddSingleton<IValidateOptions<ConnectionStringsOptions>, ConnectionStringsValidator>();
}
