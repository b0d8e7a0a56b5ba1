using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Catalog;
using CleanLlm.Infrastructure.Ai.Custom;
using CleanLlm.Infrastructure.Ai.Grpc;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.OpenAi;
using CleanLlm.Infrastructure.Ai.Opinions;
using CleanLlm.Infrastructure.Ai.Options;
using CleanLlm.Infrastructure.Ai.Predict;
using CleanLlm.Infrastructure.Ai.Routing;
using CleanLlm.Infrastructure.Ai.Settings;
using CleanLlm.Infrastructure.Ai.Simulated;
using CleanLlm.Infrastructure.Ai.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>Registers everything that answers prompts.</summary>
internal static class AiRegistration
{
    /// <summary>Adds the routers, the model catalogue and the token counter, as section <c>Ai</c> says.</summary>
    public static IServiceCollection AddAiInfrastructure(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AiOptions>(configuration, AiOptions.Section);
        services.AddSingleton<IPostConfigureOptions<AiOptions>, AiOptionsDefaults>();
        services.AddSingleton<IValidateOptions<AiOptions>, AiOptionsRules>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddHybridCache();
        services.AddProviderHttp();

        services.AddSingleton<ITokenCounter, O200kTokenCounter>();
        services.AddHostedService<TokenCounterWarmUp>();
        services.AddProviderKinds();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<IModelCatalog>(provider => provider.GetRequiredService<ModelCatalog>());
        services.AddAiRouting();
        services.AddSingleton<ISecondOpinion, ModelOpinion>();
        return services;
    }

    /// <summary>What a provider's <c>Kind</c> may be. Another one is a class and a line here.</summary>
    private static void AddProviderKinds(this IServiceCollection services)
    {
        services.AddSingleton<IProviderKind, OpenAiKind>();
        services.AddSingleton<IProviderKind, PredictKind>();
        services.AddSingleton<IProviderKind, GrpcKind>();
        services.AddSingleton<IProviderKind, SimulatedKind>();
        services.AddSingleton<IProviderKind, CustomKind>();
        services.AddSingleton<PluggedInClients>();
        services.AddSingleton<ProviderKinds>();
    }

    /// <summary>
    /// One permanent handler, as the connections themselves are renewed and so follow DNS. It logs nothing, follows no redirect
    /// (which would carry prompts elsewhere) and has no time limit of its own: the call's clock has.
    /// </summary>
    private static void AddProviderHttp(this IServiceCollection services) => services
        .AddHttpClient(HttpConnections.Name, static client => client.Timeout = Timeout.InfiniteTimeSpan)
        .UseSocketsHttpHandler(static (handler, _) =>
        {
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
            handler.ConnectTimeout = HttpConnections.ConnectTimeout;
            // A stream that is left early ends soon at the provider too, instead of being read to keep its connection.
            handler.ResponseDrainTimeout = TimeSpan.FromMilliseconds(250);
            handler.AllowAutoRedirect = false;
            handler.UseCookies = false;
            // Trace headers of callers must not reach a provider.
            handler.ActivityHeadersPropagator = null;
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers();
}
