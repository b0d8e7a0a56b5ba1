using System.Text.Encodings.Web;

namespace CleanLlm.Application.Email;

/// <summary>
/// The mails about accounts. They hold nothing that a caller typed except the address they go to: a mail to a stranger's address
/// cannot be made to say what its sender wants.
/// </summary>
internal static class AccountEmails
{
    public static EmailMessage Confirm(string to, string token, string? page) => Compose(
        to,
        "Confirm your e-mail address",
        "Somebody, hopefully you, made an account with this e-mail address. Confirm within 24 hours that it is yours.",
        "Confirm address",
        token,
        page,
        "If it was not you, ignore this mail: the address then stays unconfirmed.");

    public static EmailMessage Reset(string to, string token, string? page) => Compose(
        to,
        "Reset your password",
        "Somebody, hopefully you, asked for a new password. Set it within the hour; that signs all your devices out.",
        "Set a new password",
        token,
        page,
        "If it was not you, ignore this mail: the password then stays as it is.");

    public static EmailMessage Invitation(string to, string token, string? page) => Compose(
        to,
        "Set your password",
        "An administrator made an account with this e-mail address. Set its password within 24 hours; after that, choose \"forgot password\" where you sign in.",
        "Set a password",
        token,
        page,
        "If you do not expect an account, ignore this mail: without a password it cannot be signed in to.");

    public static EmailMessage PasswordChanged(string to) => Inform(
        to,
        "Your password was changed",
        "The password of your account was changed, and your other devices were signed out.",
        "If it was not you, reset your password now: choose \"forgot password\" where you sign in.");

    public static EmailMessage TwoFactorReset(string to) => Inform(
        to,
        "Your second factor was removed",
        "An administrator removed the second factor of your account, and all your devices were signed out. Signing in needs your password alone until you set up another one.",
        "If you did not ask for this, tell your administrator, and reset your password now: choose \"forgot password\" where you sign in.");

    private static EmailMessage Inform(string to, string subject, string happened, string advice) =>
        new(to, subject, $"{happened}\n\n{advice}\n", Page(Paragraph(happened) + Paragraph(advice)));

    private static EmailMessage Compose(string to, string subject, string intro, string action, string token, string? page, string outro)
    {
        // Without a page of the front end the reader gets the bare token.
        var link = string.IsNullOrEmpty(page) ? null : LinkTo(page, token);
        var text = link is null ? $"Your token:\n{token}" : $"{action}:\n{link}";
        var html = link is null
            ? Paragraph("Your token:") + $"<p><code>{Encode(token)}</code></p>"
            : $"<p><a href=\"{Encode(link)}\">{Encode(action)}</a></p>";
        return new EmailMessage(to, subject, $"{intro}\n\n{text}\n\n{outro}\n", Page(Paragraph(intro) + html + Paragraph(outro)));
    }

    private static string LinkTo(string page, string token)
    {
        var link = new UriBuilder(page);
        link.Query = (link.Query.Length > 1 ? link.Query[1..] + "&" : "") + "token=" + Uri.EscapeDataString(token);
        return link.Uri.AbsoluteUri;
    }

    private static string Paragraph(string text) => $"<p>{Encode(text)}</p>";

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string Page(string content) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 2em auto;">
        {content}
        </body>
        </html>
        """;
}
