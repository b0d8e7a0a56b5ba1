using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing;
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
}
