using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security;

/// <summary>The program does not start with keys that are missing, malformed or placeholders.</summary>
internal sealed class EncryptionOptionsValidator : IValidateOptions<EncryptionOptions>
{
    private const string Advice = "Make one with 'openssl rand -base64 32'.";

    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        if (options.Keys.Count == 0)
            return ValidateOptionsResult.Fail($"Encryption:Keys:0:Id and Encryption:Keys:0:Key are missing. {Advice}");

        List<string> failures = [];
        for (var i = 0; i < options.Keys.Count; i++)
        {
            var (at, key) = ($"Encryption:Keys:{i}", options.Keys[i]);
            if (!IsId(key.Id))
                failures.Add($"{at}:Id must have 1 to {KeyEncryptionKeys.IdMaxLength} ASCII letters, digits, '.', '_' or '-'.");
            if (!KeyEncryptionKeys.TryDecode(key.Key, out var bytes))
                failures.Add($"{at}:Key must be the base64 of exactly {KeyEncryptionKeys.KeyBytes} bytes. {Advice}");
            else if (IsPlaceholder(bytes))
                failures.Add($"{at}:Key is a placeholder: its bytes are equal, in sequence, or typed text. {Advice}");
        }

        if (options.Keys.DistinctBy(key => key.Id, StringComparer.Ordinal).Count() < options.Keys.Count)
            failures.Add("Encryption:Keys: each key needs an Id of its own.");

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    // Of 32 random bytes a third are printable, some 30 differ, and no two steps between neighbours are alike: none of this happens by chance.
    private static bool IsPlaceholder(byte[] key) =>
        key.Distinct().Count() < key.Length / 2
        || key.Zip(key.Skip(1), (a, b) => (byte)(b - a)).Distinct().Count() <= 2
        || key.All(b => b is >= 0x20 and < 0x7F);

    private static bool IsId(string? id) =>
        id is { Length: >= 1 and <= KeyEncryptionKeys.IdMaxLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
