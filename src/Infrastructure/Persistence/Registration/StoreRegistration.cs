using CleanLlm.Application.Accounts;
using CleanLlm.Application.Accounts.External;
using CleanLlm.Application.Administration;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Security;
using CleanLlm.Application.Templates;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Application.Usage;
using CleanLlm.Infrastructure.Persistence.Access;
using CleanLlm.Infrastructure.Persistence.Accounts;
using CleanLlm.Infrastructure.Persistence.Administration;
using CleanLlm.Infrastructure.Persistence.ApiKeys;
using CleanLlm.Infrastructure.Persistence.Audit;
using CleanLlm.Infrastructure.Persistence.Chats;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Erasures;
using CleanLlm.Infrastructure.Persistence.Keys;
using CleanLlm.Infrastructure.Persistence.Quotas;
using CleanLlm.Infrastructure.Persistence.Templates;
using CleanLlm.Infrastructure.Persistence.Usage;
using CleanLlm.Infrastructure.Security;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Persistence.Registration;

/// <summary>Registers what reads and writes the database for each feature, and the upkeep of its rows.</summary>
internal static class StoreRegistration
{
    public static void AddStores(this IServiceCollection services)
    {
        services.AddScoped<ITransactions, Transactions>();
        services.AddKeys();
        services.AddAudit();
        services.AddAccess();
        services.AddAccounts();
        services.AddChats();
        services.AddCompletions();
        services.AddAdministration();
    }

    /// <summary>Lets ASP.NET Core Identity keep credentials in the database.</summary>
    public static IdentityBuilder AddStores(this IdentityBuilder identity) => identity.AddEntityFrameworkStores<AppDbContext>();

    private static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<IKeyedHash, KeyedHash>();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<PlainColumns>();
        services.AddSingleton<DataKeys>();
        services.AddSingleton<IOwnerCiphers>(provider => provider.GetRequiredService<DataKeys>());
        services.AddSingleton<ContentEncryption>();
        services.AddSingleton<ContentUpkeep>();
        services.AddSingleton<IContentEncryption>(provider => provider.GetRequiredService<ContentUpkeep>());
        services.AddHostedService(provider => provider.GetRequiredService<ContentUpkeep>());
    }

    private static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditChain>();
        services.AddScoped<IAuditTrail, AuditTrail>();
        services.AddScoped<IAuditLog, AuditLog>();
        services.AddScoped<IAuditParties, AuditParties>();
    }

    private static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccessStates>();
        services.AddSingleton<IAccessStates>(provider => provider.GetRequiredService<AccessStates>());
        services.AddSingleton<ApiKeyStates>();
        services.AddSingleton<PlanLookup>();
        services.AddSingleton<IPlanLookup>(provider => provider.GetRequiredService<PlanLookup>());
    }

    private static void AddAccounts(this IServiceCollection services)
    {
        services.AddScoped<ICredentials, Credentials>();
        services.AddScoped<IUserRepository, UserRepository>();
        services.AddScoped<ISessionRepository, SessionRepository>();
        services.AddScoped<IMailedTokens, MailedTokens>();
        services.AddScoped<ITwoFactorRepository, TwoFactorRepository>();
        services.AddScoped<IExternalCodes, ExternalCodes>();
        services.AddScoped<IExternalLogins, ExternalLogins>();
        services.AddSingleton<AccountUpkeep>();
        services.AddHostedService(provider => provider.GetRequiredService<AccountUpkeep>());
        services.AddSingleton<PacedReading>();
        services.AddSingleton<IAccountExport, AccountExport>();
        services.AddSingleton<ErasureSignal>();
        services.AddSingleton<ErasureBatches>();
        services.AddHostedService<ErasureSweep>();
        services.AddScoped<IAccountErasure, AccountErasure>();
        services.AddScoped<IApiKeyRepository, ApiKeyRepository>();
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
    }

    private static void AddChats(this IServiceCollection services)
    {
        services.AddScoped<IChatRepository, ChatRepository>();
        services.AddScoped<IChatQueries, ChatQueries>();
        services.AddScoped<IChatTitles, ChatTitles>();
        services.AddScoped<IChatSummaries, ChatSummaries>();
        services.AddSingleton<IConversationReader, ConversationReader>();
        services.AddScoped<ITemplateRepository, TemplateRepository>();
        services.AddSingleton<ITemplateQueries, TemplateQueries>();
        services.AddSingleton<ITemplateVersions>(provider => provider.GetRequiredService<ITemplateQueries>());
    }

    private static void AddCompletions(this IServiceCollection services)
    {
        services.AddSingleton<ICompletionQueries, CompletionQueries>();
        services.AddSingleton<IIdempotencyKeys, IdempotencyKeys>();
        services.AddScoped<IQuotaQueries, QuotaQueries>();
        services.AddScoped<IUsageQueries, UsageQueries>();
    }

    private static void AddAdministration(this IServiceCollection services)
    {
        services.AddScoped<FirstAdmin>();
        services.AddScoped<IUserDirectory, UserDirectory>();
        services.AddScoped<IPlanRepository, PlanRepository>();
        services.AddScoped<IQuotaAdjustments, QuotaAdjustments>();
    }
}
