using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.IntegrationTests.Persistence;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Erasure beside completions that run on another instance.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ErasureTests(DatabaseKind kind) : AccountsTests(kind)
{
    [SetUp]
    public async Task ClearAsync()
    {
        await AuditChain.ClearAsync(Database);
        foreach (var table in (string[])["completions", "quota_counters", "usage_ledger"])
            await Database.ExecuteAsync($"DELETE FROM {table}");
    }

    [Test]
    public async Task WhatRuns_IsChargedAsFarAsItsCheckpointSaw_Once_AndItsInstanceFindsNothing()
    {
        var (user, key) = await AddUserAsync();
        var completion = await AdmitAsync(One, user, key);
        await StoreOf(One).CheckpointAsync(completion.Checkpoint("an answer", 5, completion.CreatedAt.AddMinutes(2)), default);

        (await EraseAsync(Two, user)).Should().BeNull();

        (await StoreOf(One).CloseAsync(Question.Succeed(completion, One.Clock.GetUtcNow()), default)).Should().BeFalse();
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger WHERE prompt_tokens = 10 AND completion_tokens = 5 AND api_key_id IS NULL")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(1);
        foreach (var table in (string[])["users", "completions", "quota_counters", "api_keys"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await AuditChain.VerifyAsync(One)).Should().BeEquivalentTo(new { Valid = true, Entries = 2, Redacted = 1 });
    }

    [Test]
    public async Task WhatARequestUnderWayStoresAfterwards_IsRemovedByTheAftercare()
    {
        var (user, _) = await AddUserAsync();
        (await EraseAsync(Two, user)).Should().BeNull();
        var running = await AdmitAsync(One, user, null);
        var ended = await AdmitAsync(One, user, null);
        await StoreOf(One).CloseAsync(Question.Succeed(ended, One.Clock.GetUtcNow()), default);
        (await Database.ScalarAsync("SELECT count(*) FROM completions")).Should().Be(2);

        await Two.Services.GetServices<IHostedService>().OfType<ErasureAftercare>().Single().SweepAsync(default);

        foreach (var table in (string[])["completions", "quota_counters"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(1, "the one that ended was charged");
        (await Database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE lower(CAST(user_id AS text)) = '{user}'")).Should().Be(0);
        (await StoreOf(One).CloseAsync(Question.Succeed(running, One.Clock.GetUtcNow()), default)).Should().BeFalse();
    }

    [Test]
    public async Task AnAbsentUser_IsNotErased()
    {
        (await EraseAsync(One, UserId.New(One.Clock.GetUtcNow()))).Should().Be(AuthErrors.AccountUnavailable);

        (await AuditChain.PlacesAsync(One)).Should().BeEmpty();
    }

    private static ICompletionStore StoreOf(AccountsHost host) => host.Services.GetRequiredService<ICompletionStore>();

    private static async Task<Completion> AdmitAsync(AccountsHost host, UserId user, ApiKeyId? key)
    {
        var completion = new Question(user, host.Clock.GetUtcNow()).Start();
        PlanLimit[] limits = [new(QuotaMetric.Tokens, QuotaWindow.Day, 1_000), new(QuotaMetric.Tokens, QuotaWindow.Month, 1_000) { Key = key }];
        (await StoreOf(host).AdmitAsync(completion, limits, new QuotaDemand(10, 40, 40, completion.Price), completion.CreatedAt.AddMinutes(2), default))
            .IsSuccess.Should().BeTrue();
        return completion;
    }

    private static Task<Error?> EraseAsync(AccountsHost host, UserId user) => host.InScopeAsync<IServiceProvider, Error?>(services =>
    {
        services.GetRequiredService<IAuditTrail>().Add(new AuditEvent(AuditActions.Erased, user.Value, user.Value));
        return services.GetRequiredService<IAccountErasure>().EraseAsync(user, default);
    });

    private Task<(UserId User, ApiKeyId Key)> AddUserAsync() => One.InScopeAsync<AppDbContext, (UserId, ApiKeyId)>(async database =>
    {
        var user = User.Register("ada@example.org", "Ada", One.Clock.GetUtcNow()).Value;
        var key = ApiKey.Create(user.Id, ApiKeyId.New(One.Clock.GetUtcNow()), new ApiKeyTerms("key", ApiKeyScopes.Completions, null, 1_000), [1], One.Clock.GetUtcNow()).Value;
        database.AddRange(user, key);
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.KeyCreated, user.Id.Value, key.Id.Value, """{"address":"192.0.2.1"}"""), One.Clock.GetUtcNow()));
        await database.SaveChangesAsync();
        return (user.Id, key.Id);
    });
}
