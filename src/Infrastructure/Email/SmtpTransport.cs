using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Sends by the configured mail server, over a connection for each mail: they are few.</summary>
internal sealed class SmtpTransport(IOptions<SmtpOptions> options) : IEmailTransport
{
    private const int FirstPermanentReply = 500;
    private const int ImplicitTlsPort = 465;

    public async Task SendAsync(MimeMessage mail, CancellationToken ct)
    {
        var server = options.Value;
        using var client = new SmtpClient { Timeout = (int)TimeSpan.FromSeconds(server.TimeoutSeconds).TotalMilliseconds };
        await client.ConnectAsync(server.Host!, server.Port, SecurityOf(server), ct);
        if (server is { User: { Length: > 0 } user, Password: { } password })
            await client.AuthenticateAsync(user, password, ct);

        try
        {
            await client.SendAsync(mail, ct);
        }
        catch (SmtpCommandException refusal) when ((int)refusal.StatusCode >= FirstPermanentReply)
        {
            throw new EmailRefusedException(refusal);
        }

        await client.DisconnectAsync(quit: true, ct);
    }

    private static SecureSocketOptions SecurityOf(SmtpOptions server) => server.Security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.Auto when server.Port == ImplicitTlsPort => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls,
    };
}
