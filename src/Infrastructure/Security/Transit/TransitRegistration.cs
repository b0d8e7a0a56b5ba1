using CleanLlm.Application.Security;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Refit;

namespace CleanLlm.Infrastructure.Security.Transit;

/// <summary>Registers the key management service that the configuration names.</summary>
internal static class TransitRegistration
{
    private const string ClientName = "key-management";

    /// <summary><see cref="TransitKeyWrap"/> where an address is configured; else nothing but the check of the section.</summary>
    public static IServiceCollection AddTransit(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<TransitOptions>(configuration, TransitOptions.Section);
        if (configuration.ReadSettings<TransitOptions>(TransitOptions.Section).Address.Length == 0)
            return services;

        services.AddTransient<TransitToken>();
        services.AddHttpClient(ClientName, static (provider, client) =>
            {
                var settings = provider.GetRequiredService<IOptions<TransitOptions>>().Value;
                (client.BaseAddress, client.Timeout) = (new Uri(settings.Address), TimeSpan.FromSeconds(settings.TimeoutSeconds));
            })
            .AddHttpMessageHandler<TransitToken>()
            .UseSocketsHttpHandler(static (handler, _) =>
            {
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // It would log addresses and headers.
            .RemoveAllLoggers();
        services.AddSingleton(static provider => RestService.For<ITransitApi>(provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName)));
        return services.AddSingleton<IDataKeyWrap, TransitKeyWrap>();
    }
}
