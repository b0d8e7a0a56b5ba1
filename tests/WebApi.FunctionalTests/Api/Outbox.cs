using System.Text.RegularExpressions;
using MimeKit;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>The folder that the program writes its mails to.</summary>
public sealed partial class Outbox(string folder)
{
    /// <summary>Mails to an address with a subject, oldest first.</summary>
    public IReadOnlyList<MimeMessage> To(string email, string subject)
    {
        if (!Directory.Exists(folder))
            return [];
        return
        [
            .. Directory.EnumerateFiles(folder, "*.eml").Order(StringComparer.Ordinal).Select(file => MimeMessage.Load(file))
                .Where(mail => mail.Subject == subject && mail.To.Mailboxes.Single().Address.Equals(email, StringComparison.OrdinalIgnoreCase)),
        ];
    }

    /// <summary>Waits for the given number of such mails.</summary>
    /// <returns>The newest.</returns>
    public async Task<MimeMessage> WaitAsync(string email, string subject, int count = 1)
    {
        await Eventually.HoldsAsync($"mail {count} to {email}: {subject}", () => Task.FromResult(To(email, subject).Count >= count));
        return To(email, subject)[^1];
    }

    /// <summary>Waits for the given number of mails with a token.</summary>
    /// <returns>The newest token.</returns>
    public async Task<string> TokenAsync(string email, string subject, int count = 1) =>
        Token().Match((await WaitAsync(email, subject, count)).TextBody ?? "").Value;

    // 32 bytes as base64url, at the end of their line.
    [GeneratedRegex("[A-Za-z0-9_-]{43}(?=\\s)", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Token();
}
