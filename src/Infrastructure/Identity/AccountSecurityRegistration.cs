using CleanLlm.Application.Accounts;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Registers mailed tokens, the second factor and the upkeep of accounts.</summary>
internal static class AccountSecurityRegistration
{
    public static IServiceCollection AddAccountSecurity(this IServiceCollection services)
    {
        services.AddScoped<ITransactions, Transactions>();
        services.AddScoped<IMailedTokens, MailedTokens>();
        services.AddScoped<ITwoFactorRepository, TwoFactorRepository>();
        services.AddSingleton<ITimeBasedCodes, TimeBasedCodes>();

        services.AddSingleton<AccountMailWorker>();
        services.AddSingleton<IAccountMailQueue>(provider => provider.GetRequiredService<AccountMailWorker>());
        services.AddHostedService(provider => provider.GetRequiredService<AccountMailWorker>());
        services.AddSingleton<AccountUpkeep>();
        return services.AddHostedService(provider => provider.GetRequiredService<AccountUpkeep>());
    }
}
