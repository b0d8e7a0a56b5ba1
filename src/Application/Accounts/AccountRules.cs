using CleanLlm.Domain.Users;
using FluentValidation;

namespace CleanLlm.Application.Accounts;

/// <summary>
/// Rules on the values of accounts. Passwords are judged by their length and by whether they are the first guesses; no composition
/// rules (NIST SP 800-63B-4, 3.1.1.2).
/// </summary>
public static class AccountRules
{
    /// <summary>The shortest password, in characters.</summary>
    public const int PasswordMinLength = 12;

    /// <summary>The longest password, in characters; bounds the work of hashing.</summary>
    public const int PasswordMaxLength = 128;

    // Characters that are composed count as one, from four at most; whatever is longer is not looked at.
    private const int TypedPasswordMaxLength = 4 * PasswordMaxLength;

    /// <summary>Longer than any secret that was ever handed out, in characters.</summary>
    public const int RefreshTokenMaxLength = 200;

    /// <summary>Longer than any token that was ever mailed, in characters.</summary>
    public const int MailedTokenMaxLength = 200;

    /// <summary>Longer than any code of a second factor, in characters.</summary>
    public const int TwoFactorCodeMaxLength = 64;

    private static readonly string NoAddress = $"Must be an e-mail address of at most {EmailAddress.MaxLength} characters.";

    internal static IRuleBuilderOptions<T, string> NewPassword<T>(this IRuleBuilder<T, string> rule, Func<T, string?>? email = null) =>
        rule.NotEmpty()
            .Must(password => password is null || LengthOf(password) is >= PasswordMinLength and <= PasswordMaxLength)
            .WithMessage($"Must have {PasswordMinLength} to {PasswordMaxLength} characters.")
            .Must(password => password is null || OpaqueString.IsText(password))
            .WithMessage("Must be whole characters: half of a surrogate pair is none.")
            .NotCommon(email ?? (_ => null));

    /// <summary>A password that may have been set before they were prepared: then it was as long as it was typed.</summary>
    internal static IRuleBuilderOptions<T, string> KnownPassword<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty()
            .Must(password => password is null or { Length: <= PasswordMaxLength } || LengthOf(password) <= PasswordMaxLength)
            .WithMessage($"At most {PasswordMaxLength} characters.");

    internal static IRuleBuilderOptions<T, string> NewAddress<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(email => EmailAddress.Of(email) is not null).WithMessage(NoAddress);

    internal static IRuleBuilderOptions<T, string> AddressOfAccount<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(email => EmailAddress.OfAccount(email) is not null).WithMessage(NoAddress);

    private static IRuleBuilderOptions<T, string> NotCommon<T>(this IRuleBuilder<T, string> rule, Func<T, string?> email) =>
        rule.Must((request, password) => password is null || LengthOf(password) > PasswordMaxLength
                || !CommonPasswords.Contain(OpaqueString.Prepare(password), email(request)))
            .WithMessage("This password is among the first that are tried: known from a breach, or made of a common word, your address or a row of keys.");

    internal static IRuleBuilderOptions<T, string?> DisplayName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => User.IsDisplayName(name?.Trim()))
            .WithMessage($"At most {User.DisplayNameMaxLength} characters, none of them a control character.");

    // Of the password as it is hashed.
    private static int LengthOf(string password) =>
        password.Length > TypedPasswordMaxLength ? password.Length : OpaqueString.Prepare(password).Length;
}
