using CleanLlm.Domain.Users;
using FluentValidation;

namespace CleanLlm.Application.Accounts;

/// <summary>
/// Rules on the values of accounts. Passwords are judged by their length and by whether everybody would try them; no composition
/// rules (NIST SP 800-63B-4, 3.1.1.2).
/// </summary>
public static class AccountRules
{
    /// <summary>The shortest password, in characters.</summary>
    public const int PasswordMinLength = 12;

    /// <summary>The longest password, in characters; bounds the work of hashing.</summary>
    public const int PasswordMaxLength = 128;

    /// <summary>Longer than any secret that was ever handed out, in characters.</summary>
    public const int RefreshTokenMaxLength = 200;

    internal static IRuleBuilderOptions<T, string> EmailAddress<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(email => User.IsEmail(email?.Trim()))
            .WithMessage($"Must be an e-mail address of at most {User.EmailMaxLength} characters.");

    internal static IRuleBuilderOptions<T, string> NotCommon<T>(this IRuleBuilder<T, string> rule, Func<T, string?> email) =>
        rule.Must((request, password) => password is null or { Length: > PasswordMaxLength } || !CommonPasswords.Contain(password, email(request)))
            .WithMessage("This password is among the first that are tried: known from a breach, or made of a common word, your address or a row of keys.");

    internal static IRuleBuilderOptions<T, string?> DisplayName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => User.IsDisplayName(name?.Trim()))
            .WithMessage($"At most {User.DisplayNameMaxLength} characters, none of them a control character.");
}
