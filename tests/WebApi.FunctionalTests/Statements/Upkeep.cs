using CleanLlm.Application.Accounts.External;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Accounts;
using CleanLlm.Infrastructure.Persistence.Erasures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>What the program does by itself from time to time, and what only a provider of sign-ins can make it do.</summary>
internal static class Upkeep
{
    public static async Task RunAsync(IServiceProvider services)
    {
        await services.GetRequiredService<AbandonedCompletions>().CloseAsync(default);
        await services.GetRequiredService<IIdempotencyKeys>().ForgetAsync(default);
        await services.GetRequiredService<ICompletionStore>().ListCancelRequestedAsync([CompletionId.New(DateTimeOffset.UnixEpoch)], default);
        await services.GetRequiredService<AccountUpkeep>().PurgeAsync(default);
        await services.GetServices<IHostedService>().OfType<ErasureSweep>().Single().SweepAsync(default);
        await using var scope = services.CreateAsyncScope();
        var someone = ExternalIdentity.Of("issuer", "https://issuer.example", "7", email: null, emailVerified: false, displayName: null).Value;
        await scope.ServiceProvider.GetRequiredService<IExternalLogins>().FindUserAsync(someone, default);
    }
}
