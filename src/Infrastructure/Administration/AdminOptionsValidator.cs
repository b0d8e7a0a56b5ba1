using CleanLlm.Application.Accounts;
using FluentValidation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Administration;

/// <summary>The program does not start with an admin whose address or password would be refused for other users.</summary>
internal sealed class AdminOptionsValidator(IValidator<Register> rules, IHostEnvironment environment) : IValidateOptions<AdminOptions>
{
    private const int FewestDifferentCharacters = 6;

    private static readonly string[] Placeholders =
        ["password", "passw0rd", "changeme", "change-me", "change_me", "placeholder", "default", "example", "secret", "admin", "letmein", "qwerty", "12345", "todo", "xxxx"];

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        if (string.IsNullOrEmpty(options.Email) && string.IsNullOrEmpty(options.Password))
            return ValidateOptionsResult.Success;
        if (string.IsNullOrEmpty(options.Email) || string.IsNullOrEmpty(options.Password))
            return ValidateOptionsResult.Fail("Admin:Email and Admin:Password go together: set both or neither.");

        // The messages name rules and fields, never the values.
        List<string> failures =
            [.. rules.Validate(new Register(options.Email, options.Password, DisplayName: null)).Errors.Select(error => $"Admin:{error.PropertyName}: {error.ErrorMessage}")];
        if (environment.IsProduction() && Weakness(options.Email, options.Password) is { } weakness)
            failures.Add($"Admin:Password looks like a placeholder: it {weakness}. Make one with 'openssl rand -base64 24'.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string? Weakness(string email, string password) =>
        password.Distinct().Count() < FewestDifferentCharacters ? $"has fewer than {FewestDifferentCharacters} different characters"
        : password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase) ? "holds the name of the address"
        : Array.Exists(Placeholders, word => password.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "holds a word that stands in examples, such as 'change-me'"
        : null;
}
