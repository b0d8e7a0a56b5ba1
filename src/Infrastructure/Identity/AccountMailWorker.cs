using System.Security.Cryptography;
using System.Threading.Channels;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>Looks accounts up and makes their mails, one after the other, each in a scope as a request would have.</summary>
internal sealed partial class AccountMailWorker(IServiceScopeFactory scopes, TimeProvider clock, ILogger<AccountMailWorker> logger)
    : BackgroundService, IAccountMailQueue
{
    private const int Capacity = 1_000;
    private const int Attempts = 5;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    // Work that began with the answer would slow it down on a busy machine, and so tell whether there was a mail to make.
    private static readonly (int Least, int Most) PauseMilliseconds = (50, 150);

    private readonly Channel<Job> jobs = Channel.CreateBounded<Job>(Capacity);

    public void RequestReset(EmailAddress email) => Add((mail, ct) => mail.SendResetAsync(email, ct));

    public void RequestInvitation(UserId user) => Add((mail, ct) => mail.SendInvitationAsync(user, ct));

    public void RequestConfirmation(UserId user) => Add((mail, ct) => mail.SendConfirmationAsync(user, ct));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        jobs.Writer.TryComplete();
        if (ExecuteTask is { } working)
        {
            using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(working, Task.Delay(Drain, clock, drained.Token));
            await drained.CancelAsync();
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in jobs.Reader.ReadAllAsync(stoppingToken))
        {
            var early = job.NotBefore - clock.GetUtcNow();
            if (early > TimeSpan.Zero)
                await Task.Delay(early, clock, stoppingToken);
            for (var attempt = 1; !await TryAsync(job.MakeAsync, stoppingToken) && attempt < Attempts; attempt++)
                await Task.Delay(Wait * attempt, clock, stoppingToken);
        }
    }

    private async Task<bool> TryAsync(Func<AccountMail, CancellationToken, Task> job, CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await job(scope.ServiceProvider.GetRequiredService<AccountMail>(), ct);
            return true;
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            // The database may be away; its messages name no values, but the type says enough.
            LogFailed(logger, fault.GetType().Name);
            return false;
        }
    }

    private void Add(Func<AccountMail, CancellationToken, Task> make)
    {
        var pause = RandomNumberGenerator.GetInt32(PauseMilliseconds.Least, PauseMilliseconds.Most + 1);
        if (!jobs.Writer.TryWrite(new Job(make, clock.GetUtcNow().AddMilliseconds(pause))))
            LogDropped(logger);
    }

    [LoggerMessage(LogLevel.Warning, "A mail about an account could not be made ({Fault})")]
    private static partial void LogFailed(ILogger logger, string fault);

    [LoggerMessage(LogLevel.Warning, "A mail about an account was dropped: too many are waiting, or the process stops")]
    private static partial void LogDropped(ILogger logger);

    private sealed record Job(Func<AccountMail, CancellationToken, Task> MakeAsync, DateTimeOffset NotBefore);
}
