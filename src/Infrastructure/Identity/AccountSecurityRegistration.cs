using CleanLlm.Application.Accounts;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Registers codes of the second factor and the mails of accounts.</summary>
internal static class AccountSecurityRegistration
{
    public static IServiceCollection AddAccountSecurity(this IServiceCollection services)
    {
        services.AddSingleton<ITimeBasedCodes, TimeBasedCodes>();

        services.AddSingleton<AccountMailWorker>();
        services.AddSingleton<IAccountMailQueue>(provider => provider.GetRequiredService<AccountMailWorker>());
        return services.AddHostedService(provider => provider.GetRequiredService<AccountMailWorker>());
    }
}
