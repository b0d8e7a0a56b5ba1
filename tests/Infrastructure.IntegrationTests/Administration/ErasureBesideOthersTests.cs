using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence.Erasures;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>What erasures and exports leave to others. SQLite has one writer at a time, so this is about PostgreSQL.</summary>
internal sealed class ErasureBesideOthersTests() : ErasingTests(DatabaseKind.Postgres)
{
    [Test]
    public async Task ABatchThatWaits_HoldsUpNeitherTheAuditLog_NorAnotherInstance_AndIsUndoneWhenItBreaksOff()
    {
        var (slow, quick) = ((await AddUserAsync()).User, (await AddUserAsync("grace@example.org")).User);
        await FillAsync(slow, place: 1);
        await FillAsync(quick, place: 3);
        (await EraseAsync(One, slow)).Should().BeNull();
        (await EraseAsync(One, quick)).Should().BeNull();
        await using var holder = new NpgsqlConnection(Database.ConnectionString);
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.owner_id = '{slow}' FOR UPDATE OF m", holder))
            await hold.ExecuteNonQueryAsync();
        using var breaking = new CancellationTokenSource();
        var waiting = One.Services.GetRequiredService<ErasureBatches>().RemoveAsync(slow, breaking.Token);
        await WaitsAsync();

        await AuditLines.AddAsync(Two, new AuditEvent(AuditActions.SignedIn, quick.Value, quick.Value)).WaitAsync(Patience.Limit);
        await SweepAsync(Two).WaitAsync(Patience.Limit);

        waiting.IsCompleted.Should().BeFalse();
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(Messages * 2);
        await breaking.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        await held.RollbackAsync();
        (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(Messages * 2);
        await SweepAsync(One);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(0);
    }

    [Test]
    public async Task AfterABatch_TheSweepRests()
    {
        var (user, _) = await AddUserAsync();
        await FillAsync(user, place: 1);
        (await EraseAsync(One, user)).Should().BeNull();
        var left = (Messages * 2) - ErasureBatches.Rows;
        var sweeping = await BlockedAsync(() => SweepAsync(One));
        await CountsAsync(left);

        await StaysAsync(left);
        sweeping.IsCompleted.Should().BeFalse();
        await RestedAsync(sweeping);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(0);
    }

    [Test]
    public async Task AfterABatch_TheExportRests()
    {
        var (user, _) = await AddUserAsync();
        await FillAsync(user, place: 1);
        var profile = await One.InScopeAsync<IUserRepository, User?>(users => users.FindAsync(user, default));
        var shown = One.Services.GetRequiredService<IMapper>().Map<ExportedProfileDto>(profile!);
        var export = One.Services.GetRequiredService<IAccountExport>().Of(shown, One.Clock.GetUtcNow());
        await using var chats = export.Chats.GetAsyncEnumerator();
        await chats.MoveNextAsync();
        await using var messages = chats.Current.Messages.GetAsyncEnumerator();

        var reading = await BlockedAsync(() => messages.MoveNextAsync().AsTask());
        await StaysAsync(Messages * 2);
        reading.IsCompleted.Should().BeFalse();

        await RestedAsync(reading);
        (await reading).Should().BeTrue();
    }

    // Something that waits a second, by its own clock, for the table of messages.
    private async Task<TTask> BlockedAsync<TTask>(Func<TTask> start)
    {
        await using var holder = new NpgsqlConnection(Database.ConnectionString);
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE", holder))
            await hold.ExecuteNonQueryAsync();
        var started = start();
        await WaitsAsync();
        One.Clock.Advance(TimeSpan.FromSeconds(1));
        await held.RollbackAsync();
        return started;
    }

    private async Task RestedAsync(Task resting)
    {
        using var deadline = Patience.Deadline();
        while (!resting.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            One.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await resting;
    }

    private async Task CountsAsync(long messages)
    {
        using var deadline = Patience.Deadline();
        while (await Database.ScalarAsync("SELECT count(*) FROM messages", deadline.Token) != messages)
            await Task.Yield();
    }

    // Long enough for a batch that would not rest.
    private async Task StaysAsync(long messages)
    {
        for (var look = 0; look < 100; look++)
            (await Database.ScalarAsync("SELECT count(*) FROM messages")).Should().Be(messages);
    }

    private async Task WaitsAsync()
    {
        using var deadline = Patience.Deadline();
        while (await Database.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", deadline.Token) == 0)
            await Task.Yield();
    }
}
