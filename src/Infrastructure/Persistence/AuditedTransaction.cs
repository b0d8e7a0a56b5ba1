using CleanLlm.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// A transaction whose lines of the audit log are chained right before it commits, so that the whole fleet waits for the end of the chain as
/// briefly as possible. It takes its locks in this order: <see cref="Locks">administration, user</see>, other rows, the end of the chain.
/// </summary>
internal sealed class AuditedTransaction : IAsyncDisposable
{
    private readonly AppDbContext database;
    private readonly AuditChain chain;
    private readonly IDbContextTransaction transaction;
    private readonly List<AuditEntry> waiting = [];
    private readonly List<AuditEntry> chained = [];

    private AuditedTransaction(AppDbContext database, AuditChain chain, IDbContextTransaction transaction)
    {
        (this.database, this.chain, this.transaction) = (database, chain, transaction);
        database.Audited = this;
    }

    /// <summary>The lines that have their places.</summary>
    public IReadOnlyList<AuditEntry> Chained => chained;

    /// <summary>Begins one. What the context saves from now on is part of it.</summary>
    public static async Task<AuditedTransaction> BeginAsync(AppDbContext database, CancellationToken ct)
    {
        var ofDatabase = database.GetService<AuditChain>();
        await ofDatabase.PrepareAsync(ct);
        return new AuditedTransaction(database, ofDatabase, await database.Database.BeginTransactionAsync(ct));
    }

    /// <summary>Keeps lines for the end.</summary>
    public void Take(IReadOnlyList<AuditEntry> lines)
    {
        foreach (var line in lines)
            database.Entry(line).State = EntityState.Detached;
        waiting.AddRange(lines);
    }

    /// <summary>Stores the lines in their places, and holds the end of the chain from now on.</summary>
    public async Task ChainAsync(CancellationToken ct)
    {
        Take(database.PendingLines());
        if (waiting.Count == 0)
            return;
        var head = await chain.SealAsync(database, waiting, ct);
        database.Update(head);
        database.AddRange(waiting);
        chained.AddRange(waiting);
        waiting.Clear();
        try
        {
            await database.SaveWithLinesAsync(ct);
        }
        finally
        {
            // Other instances move it too: what is read next must come from the database.
            database.Entry(head).State = EntityState.Detached;
        }
    }

    /// <summary>Chains the lines and commits. What follows must know whether it was stored, also when the caller has hung up: so this has no token.</summary>
    public async Task CommitAsync()
    {
        await ChainAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        database.Audited = null;
        return transaction.DisposeAsync();
    }
}
