using CleanLlm.Application.Administration;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>Runs <see cref="ContentEncryption"/> at start, every hour, and when an admin asks for it.</summary>
internal sealed partial class ContentUpkeep(
    ContentEncryption encryption,
    IDbContextFactory<AppDbContext> databases,
    IDataKeyWrap wrap,
    PlainColumns plain,
    IDatabaseFaults faults,
    TimeProvider clock,
    ILogger<ContentUpkeep> logger) : BackgroundService, IContentEncryption
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly UpkeepFaults upkeep = new("The encryption of content by the current key", faults, logger);
    private readonly SemaphoreSlim asked = new(0, 1);

    public void Begin()
    {
        // It is told once, however often it is asked before it begins.
        if (asked.CurrentCount == 0)
            asked.Release();
    }

    public Task<EncryptionPass> RunAsync(CancellationToken ct) => encryption.RunAsync(ct);

    public async Task<EncryptionStatusDto> StatusAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        List<WrappedKeysDto> wrapped = [];
        // From one key to the next by index.
        for (var id = await FirstAfterAsync(database, "", ct); id is not null; id = await FirstAfterAsync(database, id, ct))
            wrapped.Add(new WrappedKeysDto(id, await database.Set<DataKey>().CountAsync(key => key.KekId == id, ct)));
        return new EncryptionStatusDto(await wrap.CurrentIdAsync(ct), wrapped, [.. plain.All.Select(column => column.FullName).Order(StringComparer.Ordinal)]);
    }

    private static async Task<string?> FirstAfterAsync(AppDbContext database, string last, CancellationToken ct) => (await database.Database
        .SqlQuery<string>($"""SELECT kek_id AS "Value" FROM data_keys WHERE kek_id > {last} ORDER BY kek_id, owner_id LIMIT 1""")
        .ToListAsync(ct)).FirstOrDefault();

    public override void Dispose()
    {
        asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await upkeep.TryAsync(PassAsync, stoppingToken);
            await WaitAsync(stoppingToken);
        }
    }

    private async Task PassAsync(CancellationToken ct)
    {
        var pass = await encryption.RunAsync(ct);
        if (pass.Failed > 0)
            LogFailed(logger, pass.Failed);
        if (pass != EncryptionPass.Nothing)
            LogDone(logger, pass.Rewrapped, pass.Encrypted);
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var interval = Task.Delay(Interval, clock, over.Token);
        await Task.WhenAny(asked.WaitAsync(over.Token), interval);
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    [LoggerMessage(LogLevel.Information, "Wrapped {Keys} data keys again and encrypted {Values} values")]
    private static partial void LogDone(ILogger logger, int keys, int values);

    [LoggerMessage(LogLevel.Error, "{Count} data keys or values cannot be brought under the current key: a key is missing, or they were changed")]
    private static partial void LogFailed(ILogger logger, int count);
}
