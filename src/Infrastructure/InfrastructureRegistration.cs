using CleanLlm.Infrastructure.Ai;
using CleanLlm.Infrastructure.Ai.ResponseCache;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Chats;
using CleanLlm.Infrastructure.Completions;
using CleanLlm.Infrastructure.Connections;
using CleanLlm.Infrastructure.Email;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Identity.External;
using CleanLlm.Infrastructure.Memory;
using CleanLlm.Infrastructure.Persistence.Registration;
using CleanLlm.Infrastructure.RateLimiting;
using CleanLlm.Infrastructure.Reporting;
using CleanLlm.Infrastructure.Security.Transit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure;

/// <summary>Registers everything that reaches outside the process.</summary>
public static class InfrastructureRegistration
{
    /// <summary>Adds database, cache, accounts and AI providers: embedded defaults, or the real parts that the configuration names.</summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) =>
        services
            .AddSingleton(TimeProvider.System)
            .AddConnectionStrings(configuration)
            .AddPersistence(configuration, environment)
            .AddCaching(configuration)
            .AddRateLimiting(configuration)
            .AddIdentityInfrastructure(configuration)
            .AddTransit(configuration)
            .AddExternalSignIn(configuration)
            .AddEmail(configuration)
            .AddAccountSecurity()
            .AddAiInfrastructure(configuration)
            .AddResponseCache()
            .AddChatTitles()
            .AddHostedService<SummaryWriting>()
            .AddCompletions(configuration)
            .AddMemory(configuration)
            .AddHostedService<StartReport>();
}
