using System.ComponentModel.DataAnnotations;
using System.Net;
using CleanLlm.Application.Settings;

namespace CleanLlm.Infrastructure.Email;

/// <summary>The mail server: section <c>Smtp</c>. Without a <see cref="Host"/> mails are written to files.</summary>
internal sealed record SmtpOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Smtp";

    /// <summary>Name or address of the mail server. Default none.</summary>
    public string? Host { get; init; }

    /// <summary>Its port. Default 587 (submission, RFC 6409); 465 speaks TLS from the first byte.</summary>
    [Range(1, 65_535)]
    public int Port { get; init; } = 587;

    /// <summary>The user name to sign in with; absent for a server without sign-in.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>The sender of all mails, as <c>someone@example.org</c> or <c>Name &lt;someone@example.org&gt;</c>.</summary>
    public string? From { get; init; }

    /// <summary>How the connection is protected. Default <see cref="SmtpSecurity.Auto"/>, which is always TLS.</summary>
    public SmtpSecurity Security { get; init; } = SmtpSecurity.Auto;

    /// <summary>Seconds that one step of a delivery may take, 1 to 300. Default 30.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>Whether there is a server to send by.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(Host);

    /// <summary>Whether the server is on this machine, so that no network is in between.</summary>
    public bool IsLoopback =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    // A record would print the password.
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>How a connection to the mail server is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS: from the first byte on port 465, by STARTTLS on any other.</summary>
    Auto,

    /// <summary>By STARTTLS; a server that does not offer it is refused.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Not at all: for a server on the same machine or network.</summary>
    None,
}
