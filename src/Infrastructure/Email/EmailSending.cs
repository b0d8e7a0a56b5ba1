using CleanLlm.Application.Email;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;

namespace CleanLlm.Infrastructure.Email;

/// <summary>
/// Sends what is queued, each mail several times with growing waits if needed. A mail that waits for its next attempt does not
/// hold up the others. When the process stops, what is left gets one more attempt within a few seconds.
/// </summary>
internal sealed partial class EmailSending(
    EmailQueue queue,
    IEmailTransport transport,
    IOptions<EmailDeliveryOptions> delivery,
    IOptions<SmtpOptions> smtp,
    TimeProvider clock,
    ILogger<EmailSending> logger) : BackgroundService
{
    // Of which most only wait; so many connections are open at most.
    private const int MailsAtOnce = 64;
    private const int Connections = 4;
    private const int Growth = 3;
    private const string NobodysAddress = "cleanllm@localhost";

    private readonly SemaphoreSlim connections = new(Connections);
    private readonly CancellationTokenSource hurry = new();
    private bool isDisposed;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host may be told to stop once more after it has been disposed.
        if (isDisposed)
            return;
        queue.Close();
        await hurry.CancelAsync();
        if (ExecuteTask is { } sending)
        {
            using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(sending, Task.Delay(TimeSpan.FromSeconds(delivery.Value.DrainSeconds), clock, drained.Token));
            await drained.CancelAsync();
        }

        await base.StopAsync(cancellationToken);
        if (queue.Reader.Count is > 0 and var left)
            LogLeft(logger, left);
    }

    public override void Dispose()
    {
        isDisposed = true;
        connections.Dispose();
        hurry.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        queue.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = MailsAtOnce, CancellationToken = stoppingToken },
        DeliverAsync);

    private async ValueTask DeliverAsync(EmailMessage message, CancellationToken ct)
    {
        var wait = TimeSpan.FromSeconds(delivery.Value.RetrySeconds);
        for (var attempt = 1; await AttemptAsync(message, ct) is { } fault; attempt++)
        {
            // Neither the address nor the server's text, which may repeat it, is logged.
            var code = (fault.InnerException ?? fault) is SmtpCommandException { StatusCode: var status } ? (int)status : 0;
            if (fault is EmailRefusedException || attempt >= delivery.Value.Attempts || hurry.IsCancellationRequested)
            {
                LogGivenUp(logger, attempt, fault.GetType().Name, code);
                return;
            }

            LogRetried(logger, attempt, fault.GetType().Name, code, wait);
            await Task.Delay(wait, clock, hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait *= Growth;
        }
    }

    /// <returns>Null when it went out.</returns>
    private async Task<Exception?> AttemptAsync(EmailMessage message, CancellationToken ct)
    {
        await connections.WaitAsync(ct);
        try
        {
            using var mail = Compose(message);
            await transport.SendAsync(mail, ct);
            return null;
        }
        catch (ParseException noAddress)
        {
            return new EmailRefusedException(noAddress);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            return fault;
        }
        finally
        {
            connections.Release();
        }
    }

    private MimeMessage Compose(EmailMessage message)
    {
        var mail = new MimeMessage { Subject = message.Subject, Date = clock.GetUtcNow() };
        mail.From.Add(MailboxAddress.Parse(smtp.Value.From is { Length: > 0 } from ? from : NobodysAddress));
        mail.To.Add(new MailboxAddress("", message.To));
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no out-of-office reply is wanted.
        mail.Body = new BodyBuilder { TextBody = message.Text, HtmlBody = message.Html }.ToMessageBody();
        return mail;
    }

    [LoggerMessage(LogLevel.Information, "Attempt {Attempt} to send a mail failed ({Fault} {Code}); the next follows in {Wait}")]
    private static partial void LogRetried(ILogger logger, int attempt, string fault, int code, TimeSpan wait);

    [LoggerMessage(LogLevel.Warning, "A mail was given up after {Attempts} attempts ({Fault} {Code})")]
    private static partial void LogGivenUp(ILogger logger, int attempts, string fault, int code);

    [LoggerMessage(LogLevel.Warning, "{Count} mails were not sent before the process stopped")]
    private static partial void LogLeft(ILogger logger, int count);
}
