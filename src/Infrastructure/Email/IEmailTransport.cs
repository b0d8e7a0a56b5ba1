using MimeKit;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Takes a mail out of the process.</summary>
internal interface IEmailTransport
{
    /// <summary>Hands one mail over; returns when the server has taken it.</summary>
    /// <exception cref="EmailRefusedException">It was refused permanently.</exception>
    /// <exception cref="Exception">It failed in a way that may pass.</exception>
    Task SendAsync(MimeMessage mail, CancellationToken ct);
}

/// <summary>A mail that no further attempt would deliver (RFC 5321, 4.2.1: a permanent negative completion reply).</summary>
internal sealed class EmailRefusedException(Exception cause) : Exception("The mail was refused for good.", cause);
