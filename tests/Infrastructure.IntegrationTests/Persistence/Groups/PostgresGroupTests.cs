using System.Globalization;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Groups;

/// <summary>How groups meet what others have locked, and what they cost PostgreSQL.</summary>
[NonParallelizable]
internal sealed class PostgresGroupTests() : PersistenceTests(DatabaseKind.Postgres)
{
    private static readonly PlanLimit[] Limits = [new(QuotaMetric.Requests, QuotaWindow.Day, 100_000), new(QuotaMetric.Tokens, QuotaWindow.Day, 1_000_000)];

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    [Test]
    public async Task ACounterThatSomebodyHasLocked_HoldsUpItsOwnUserOnly()
    {
        var (locked, free) = (Somebody, Somebody);
        await locked.AnswerAsync(One, "answer", Limits);
        var source = One.Services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT 1 FROM quota_counters WHERE subject_id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = locked.User.Value } } })
            await command.ExecuteScalarAsync();

        var waiting = locked.AdmitAsync(One, Limits);
        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => free.AdmitAsync(One, Limits))).WaitAsync(Patience.Limit);

        others.Should().OnlyContain(other => other.Admission.IsSuccess);
        waiting.IsCompleted.Should().BeFalse();
        await transaction.RollbackAsync();
        (await waiting).Admission.IsSuccess.Should().BeTrue();
        await Ledger.ShouldBalanceAsync(One);
    }

    [Test]
    public void WhatAServerRefuses_SplitsAGroup_AndWhatBreaksAConnectionDoesNot()
    {
        var writer = new PostgresGroupWriter(null!, null!, null!);

        foreach (var state in (string[])["22P05", "23505", "40P01", "54000", "55P03", "57014", "XX000"])
            writer.CanSplit(Fault(state)).Should().BeTrue(state);
        foreach (var state in (string[])["08006", "53100", "53300", "57P01", "57P03"])
            writer.CanSplit(Fault(state)).Should().BeFalse(state);
        writer.CanSplit(new NpgsqlException("broken", new IOException())).Should().BeFalse();
        writer.CanSplit(new InvalidCastException("nothing was sent")).Should().BeTrue();

        static PostgresException Fault(string state) => new("refused", "ERROR", "ERROR", state);
    }

    [Test]
    public async Task TwoForOnePlace_OfWhichOneGoesAlone_AreBothDecided()
    {
        // Without limits, so that no counter puts them in order.
        var chat = await AddChatAsync(await AddUserAsync());
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow()) { Chat = chat };
        var source = One.Services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var first = question.Start();
        await using (var place = new NpgsqlCommand("INSERT INTO running_completions (user_id, id, chat_id, branch_point) VALUES ($1, $2, $3, $4)", connection))
        {
            foreach (var value in (Guid[])[question.User.Value, first.Id.Value, chat.Value, first.Turn!.BranchPoint!.Value])
                place.Parameters.Add(new NpgsqlParameter { Value = value });
            await place.ExecuteNonQueryAsync();
        }

        // It waits for the place on the connection of its group, and on another one when it is written alone. Then it finds the place taken.
        var second = question.AdmitAsync(One);
        var ofGroup = await WaiterAsync(besides: 0);
        await WaiterAsync(besides: ofGroup);
        await transaction.CommitAsync();

        (await second.WaitAsync(Patience.Limit)).Admission.Error!.Code.Should().Be("chat.busy");
    }

    [Test]
    public async Task UpdatesOfCompletions_NeedNoIndexEntries()
    {
        for (var round = 0; round < 20; round++)
        {
            var running = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Somebody.BeginAsync(One, Limits)));
            await One.Store.RenewAsync([.. running.Select(completion => completion.Checkpoint("ans", default))]);
            await Task.WhenAll(running.Select(completion => One.Store.CloseAsync(Question.Succeed(completion, completion.CreatedAt), default)));
        }

        // Each connection tells its figures at the end of a transaction a while later, or now that it is asked to.
        await One.Services.GetRequiredService<NpgsqlDataSource>().DisposeAsync();
        await One.DisposeAsync();
        await Two.DisposeAsync();
        using var deadline = Patience.Deadline();
        while (await Database.ScalarAsync("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'completions'") < 400)
            deadline.Token.ThrowIfCancellationRequested();
        (await Database.ScalarAsync("SELECT 100 * n_tup_hot_upd / n_tup_upd FROM pg_stat_user_tables WHERE relname = 'completions'")).Should().BeGreaterThan(80);
    }

    // The process of the server that waits for a lock, once one other than the given one does.
    private async Task<long> WaiterAsync(long besides)
    {
        using var deadline = Patience.Deadline();
        long waiter;
        var waiters = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT max(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> {besides}");
        while ((waiter = await Database.ScalarAsync(waiters)) == 0)
            deadline.Token.ThrowIfCancellationRequested();
        return waiter;
    }
}
