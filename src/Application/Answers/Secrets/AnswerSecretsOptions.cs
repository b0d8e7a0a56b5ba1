using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Prompting.Redaction;

namespace CleanLlm.Application.Answers.Secrets;

/// <summary>Section <c>Prompting:AnswerSecrets</c>: which secrets the step <c>answer_secrets</c> looks for.</summary>
public sealed record AnswerSecretsOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:AnswerSecrets";

    /// <summary>
    /// What is looked for, of apiKey, privateKey, password and urlCredential. Default apiKey and privateKey: examples of code are full of made-up passwords.
    /// </summary>
    public IReadOnlyList<SensitiveKind> Kinds { get; init; } = [SensitiveKind.ApiKey, SensitiveKind.PrivateKey];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kinds.Any(kind => kind.IsPersonal()))
            yield return new ValidationResult("Kinds must be of apiKey, privateKey, password and urlCredential.", [nameof(Kinds)]);
    }
}
