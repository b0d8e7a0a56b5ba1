using CleanLlm.Application.Accounts;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.IntegrationTests.Persistence;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Erasures;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Two instances, and accounts with more rows of each kind than a batch takes.</summary>
internal abstract class ErasingTests(DatabaseKind kind) : AccountsTests(kind)
{
    protected const int Messages = 1_700;
    protected const int Charges = 1_100;
    protected const int Tokens = 1_200;
    protected const int Keys = 1_050;
    protected const int Days = 1_020;
    protected const int Templates = 60;

    [SetUp]
    public async Task ClearAsync()
    {
        await AuditLines.ClearAsync(Database);
        foreach (var table in (string[])["completions", "quota_counters", "usage_ledger", "usage_days", "erasures"])
            await Database.ExecuteAsync($"DELETE FROM {table}");
    }

    // More of each kind than a batch takes.
    protected async Task FillAsync(UserId user, int place)
    {
        var now = One.Clock.GetUtcNow();
        Chat[] chats = [Chat.Open(user, "One", null, null, now).Value, Chat.Open(user, "Two", null, null, now).Value];
        var session = Session.Open(user, default, $"first {place}", new AuthOptions().SessionLifetime, now);
        await One.InScopeAsync<AppDbContext, int>(async database =>
        {
            database.AddRange(chats);
            for (var i = 0; i < Templates; i++)
            {
                var (template, newest) = Template.Create(user, new TemplateTerms($"template {i}", "text", []), now).Value;
                database.AddRange(template, newest);
            }

            database.Add(session);
            return await (await One.Services.GetRequiredService<DataKeys>().OfAsync(user, default)).SaveAsync(database, default);
        });
        await One.ReadPlainContentAsync();
        await BigAccount.AddMessagesAsync(Database, chats[0].Id, place, Messages);
        await BigAccount.AddMessagesAsync(Database, chats[1].Id, place + 1, Messages);
        await BigAccount.AddChargesAsync(Database, user, place, Charges);
        await BigAccount.AddUsageDaysAsync(Database, user, Days);
        await BigAccount.AddTokensAsync(Database, session.Id, place, Tokens - 1);
        await BigAccount.AddIdempotencyKeysAsync(Database, user, Keys);
    }

    protected static Task SweepAsync(AccountsHost host) => host.Services.GetServices<IHostedService>().OfType<ErasureSweep>().Single().SweepAsync(default);

    protected static ICompletionStore StoreOf(AccountsHost host) => host.Services.GetRequiredService<ICompletionStore>();

    protected static async Task<Completion> AdmitAsync(AccountsHost host, UserId user, ApiKeyId? key)
    {
        var completion = new Question(user, host.Clock.GetUtcNow()).Start();
        PlanLimit[] limits = [new(QuotaMetric.Tokens, QuotaWindow.Day, 1_000), new(QuotaMetric.Tokens, QuotaWindow.Month, 1_000) { Key = key }];
        (await StoreOf(host).AdmitAsync(completion, limits, new QuotaDemand(10, 40, LengthIsSet: true, completion.Price), default))
            .IsSuccess.Should().BeTrue();
        return completion;
    }

    protected static Task<Error?> EraseAsync(AccountsHost host, UserId user) => host.EraseAsync(user);

    protected Task<(UserId User, ApiKeyId Key)> AddUserAsync(string email = "ada@example.org") => One.InScopeAsync<AppDbContext, (UserId, ApiKeyId)>(async database =>
    {
        var user = User.Register(email, "Ada", One.Clock.GetUtcNow()).Value;
        var key = ApiKey.Create(user.Id, ApiKeyId.New(One.Clock.GetUtcNow()), new ApiKeyTerms("key", ApiKeyScopes.Completions, null, 1_000), [1], One.Clock.GetUtcNow()).Value;
        database.AddRange(user, new UserCredential(user), key);
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.KeyCreated, user.Id.Value, key.Id.Value, """{"address":"192.0.2.1"}"""), One.Clock.GetUtcNow()));
        await database.SaveChangesAsync();
        return (user.Id, key.Id);
    });
}
