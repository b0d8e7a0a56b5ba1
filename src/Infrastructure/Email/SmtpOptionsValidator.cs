using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MimeKit;

namespace CleanLlm.Infrastructure.Email;

/// <summary>The program does not start with a mail server that it could not or should not use.</summary>
internal sealed class SmtpOptionsValidator(IHostEnvironment environment) : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        if (!options.IsConfigured)
        {
            return string.IsNullOrEmpty(options.User + options.Password + options.From)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("Smtp:Host is missing, although other settings of the mail server are given.");
        }

        List<string> failures = [];
        if (!MailboxAddress.TryParse(options.From, out _))
            failures.Add("Smtp:From must be an e-mail address, such as someone@example.org or Name <someone@example.org>.");
        if (string.IsNullOrEmpty(options.User) != string.IsNullOrEmpty(options.Password))
            failures.Add("Smtp:User and Smtp:Password belong together.");
        if (environment.IsProduction() && options is { Security: SmtpSecurity.None, IsLoopback: false })
            failures.Add("Smtp:Security must not be None in Production: passwords, and tokens that are as good, would cross the network in the clear.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
