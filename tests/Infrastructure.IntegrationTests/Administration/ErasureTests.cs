using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.IntegrationTests.Persistence;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Erasures;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Erasure beside completions that run on another instance.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ErasureTests(DatabaseKind kind) : ErasingTests(kind)
{
    [Test]
    public async Task WhatRuns_IsChargedAsFarAsItsCheckpointSaw_Once_AndItsInstanceFindsNothing()
    {
        var (user, key) = await AddUserAsync();
        var completion = await AdmitAsync(One, user, key);
        await StoreOf(One).RenewAsync(completion.Checkpoint("an answer", new TokenCount(0, 5, UsageBasis.Partial)));

        (await EraseAsync(Two, user)).Should().BeNull();
        await SweepAsync(Two);

        (await StoreOf(One).CloseAsync(Question.Succeed(completion, One.Clock.GetUtcNow()), default)).Should().BeNull();
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger WHERE prompt_tokens = 10 AND completion_tokens = 5 AND api_key_id IS NULL")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(1);
        foreach (var table in (string[])["users", "completions", "quota_counters", "usage_days", "api_keys"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await AuditLines.VerifyAsync(One)).Should().BeEquivalentTo(new { Valid = true, Entries = 2, Redacted = 1 });
    }

    [Test]
    public async Task WhatARequestUnderWayStoresAfterwards_IsRemoved_UntilNoneCanBeUnderWay()
    {
        var (user, _) = await AddUserAsync();
        (await EraseAsync(Two, user)).Should().BeNull();
        await SweepAsync(Two);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(0);
        var running = await AdmitAsync(One, user, null);
        var ended = await AdmitAsync(One, user, null);
        await StoreOf(One).CloseAsync(Question.Succeed(ended, One.Clock.GetUtcNow()), default);
        (await Database.ScalarAsync("SELECT count(*) FROM completions")).Should().Be(2);

        await SweepAsync(Two);

        foreach (var table in (string[])["completions", "quota_counters", "usage_days"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger")).Should().Be(1, "the one that ended was charged");
        (await Database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE lower(CAST(user_id AS text)) = '{user}'")).Should().Be(0);
        (await StoreOf(One).CloseAsync(Question.Succeed(running, One.Clock.GetUtcNow()), default)).Should().BeNull();

        Two.Clock.Advance(TimeSpan.FromMinutes(19));
        await SweepAsync(Two);
        (await Database.ScalarAsync("SELECT count(*) FROM erasures")).Should().Be(1, "a request may still be under way");
        Two.Clock.Advance(TimeSpan.FromMinutes(2));
        await AdmitAsync(One, user, null);
        (await RemoveAllAsync(user)).Should().BePositive();
        (await Database.ScalarAsync("SELECT count(*) FROM erasures")).Should().Be(1, "what is not closed is not removed");
        await SweepAsync(Two);
        foreach (var table in (string[])["erasures", "completions"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
    }

    // The database refuses to close what has nothing reserved.
    [Test]
    public async Task WhatCannotBeClosed_KeepsNeitherTheOthers_NorTheRestOfTheAccount()
    {
        var (user, _) = await AddUserAsync();
        await AdmitAsync(One, user, null);
        await AdmitAsync(One, user, null);
        await Database.ExecuteAsync("UPDATE quota_counters SET reserved = reserved / 2");

        (await EraseAsync(Two, user)).Should().BeNull();

        (await Database.ScalarAsync("SELECT count(*) FROM completions WHERE lease_expires_at IS NOT NULL")).Should().Be(1);
        await SweepAsync(Two);
        (await Database.ScalarAsync("SELECT count(*) FROM quota_counters")).Should().Be(0);
        await SweepAsync(Two);
        foreach (var table in (string[])["users", "completions", "quota_counters", "usage_days", "api_keys"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
    }

    [Test]
    public async Task ASignInThatOverlapsTheEnd_StoresNothing([Values] bool tracked, [Values] bool swept)
    {
        var (id, _) = await AddUserAsync();

        (await One.InScopeAsync<IServiceProvider, bool>(async services =>
        {
            // Their second sign-in in one moment: nothing of the user changes.
            var user = (await services.GetRequiredService<IUserRepository>().FindAsync(id, default))!;
            if (!tracked)
                services.GetRequiredService<AppDbContext>().ChangeTracker.Clear();
            (await EraseAsync(Two, id)).Should().BeNull();
            if (swept)
                await SweepAsync(Two);
            services.GetRequiredService<IAuditTrail>().Add(new AuditEvent(AuditActions.SignedIn, id.Value, id.Value, """{"address":"192.0.2.1"}"""));
            var session = Session.Open(id, default, "hash", new AuthOptions().SessionLifetime, One.Clock.GetUtcNow());
            return await services.GetRequiredService<ISessionRepository>().AddAsync(session, user, default);
        })).Should().BeFalse();

        foreach (var table in (string[])["sessions", "refresh_tokens"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await AuditLines.VerifyAsync(One)).Should().BeEquivalentTo(new { Valid = true, Entries = 2 }, "no line is left of it");
    }

    [Test]
    public async Task AnEndedAccount_IsAbsentAtOnce_AndItsAddressIsFree_WhileItsRowsWait()
    {
        var (user, _) = await AddUserAsync();
        await FillAsync(user, place: 1);

        (await EraseAsync(One, user)).Should().BeNull();

        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(Messages * 2);
        (await One.InScopeAsync<IUserRepository, User?>(users => users.FindAsync(user, default))).Should().BeNull();
        (await One.Services.GetRequiredService<IAccessStates>().OfUserAsync(user, default)).Should().BeNull();
        (await EraseAsync(Two, user)).Should().Be(AuthErrors.AccountUnavailable);
        foreach (var table in (string[])["user_credentials", "api_keys"])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
        (await Database.ScalarAsync("SELECT count(*) FROM users WHERE email = '' AND display_name IS NULL AND plan_id IS NULL")).Should().Be(1);
        var seen = await One.InScopeAsync<IAuditLog, IReadOnlyList<AuditEntryDto>>(async log => (await log.ListAsync(new AuditFilter(null, null, null), null, 10, default)).Items);
        seen.Should().HaveCount(2).And.OnlyContain(line => line.Detail == null);
        seen[^1].Redacted.Should().BeTrue();
        (await Database.ScalarAsync("SELECT count(*) FROM audit_log WHERE detail IS NOT NULL")).Should().Be(1, "it is removed in the background");
    }

    [Test]
    public async Task ManyRows_GoInBatches_WhichAnotherInstanceGoesOnWith()
    {
        var (user, _) = await AddUserAsync();
        var (other, _) = await AddUserAsync("grace@example.org");
        await FillAsync(user, place: 1);
        await FillAsync(other, place: 3);
        (await EraseAsync(One, user)).Should().BeNull();
        var batches = One.Services.GetRequiredService<ErasureBatches>();
        List<int> removed = [];
        for (var i = 0; i < 3; i++)
            removed.Add((await batches.RemoveAsync(user, default))!.Value);
        var most = Database.Kind == DatabaseKind.Postgres ? ErasureBatches.Rows : ErasureBatches.EmbeddedRows;
        removed.Should().Equal(most, most, most);
        await One.DisposeAsync();

        await SweepAsync(Two);

        foreach (var (table, left) in ((string, int)[])
            [("users", 1), ("messages", Messages * 2), ("chats", 2), ("refresh_tokens", Tokens), ("sessions", 1), ("idempotency_keys", Keys), ("usage_days", Days), ("api_keys", 1), ("templates", Templates), ("template_versions", Templates)])
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(left, table);
        (await Database.ScalarAsync("SELECT sum(prompt_tokens) FROM usage_ledger")).Should().Be(Charges * (Charges + 1), "figures stay");
        (await Database.ScalarAsync("SELECT count(DISTINCT user_id) FROM usage_ledger")).Should().Be(2, "an account gets one pseudonym");
        (await Database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE user_id = {BigAccount.Literal(Database, user.Value)}")).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM usage_ledger l JOIN erasures e ON e.pseudonym = l.user_id")).Should().Be(0, "the link is broken");
        (await AuditLines.VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Entries = 3, Redacted = 1 });
    }

    [Test]
    public async Task LinesOfTheAuditLog_LoseTheirDetails_ButForThoseOfAnAdmin_AndThoseAfterwards()
    {
        var (user, _) = await AddUserAsync();
        var other = Guid.CreateVersion7();
        var lines = Database.Kind == DatabaseKind.Postgres ? ErasureBatches.Rows : ErasureBatches.EmbeddedRows;
        AuditEvent[] many = [.. Enumerable.Range(0, lines).Select(i => new AuditEvent(AuditActions.SignedIn, user.Value, i % 2 == 0 ? user.Value : other, """{"address":"192.0.2.1"}"""))];
        await AuditLines.AddAsync(One, [
            new AuditEvent(AuditActions.UserChanged, user.Value, other, """{"role":"admin"}"""),
            .. many,
            new AuditEvent(AuditActions.ContentRead, other, user.Value, """{"reason":"a ticket"}""")]);
        (await EraseAsync(One, user)).Should().BeNull();
        await AuditLines.AddAsync(One, new AuditEvent(AuditActions.RefreshReused, null, user.Value, """{"late":true}"""));

        await SweepAsync(One);

        (await Database.ScalarAsync("SELECT count(*) FROM audit_log WHERE detail IS NOT NULL")).Should().Be(2);
        (await Database.TextAsync("SELECT detail FROM audit_log WHERE detail IS NOT NULL ORDER BY sequence LIMIT 1")).Should().Contain("role");
        (await AuditLines.VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Redacted = lines + 2 });
    }

    [Test]
    public async Task AnAbsentUser_IsNotErased()
    {
        (await EraseAsync(One, UserId.New(One.Clock.GetUtcNow()))).Should().Be(AuthErrors.AccountUnavailable);

        (await AuditLines.PlacesAsync(One)).Should().BeEmpty();
    }

    // All batches, but nothing is closed before them.
    private async Task<int> RemoveAllAsync(UserId user)
    {
        var removed = 0;
        while (await Two.Services.GetRequiredService<ErasureBatches>().RemoveAsync(user, default) is > 0 and var rows)
            removed += rows;
        return removed;
    }
}
