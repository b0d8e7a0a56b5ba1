using System.ComponentModel.DataAnnotations;
using PhoneNumbers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Section <c>Prompting:Pii</c>: which personal data is looked for in prompts.</summary>
public sealed record PiiOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Pii";

    /// <summary>What is looked for. Default all that is personal: email, phone, iban, card, nationalId, ip.</summary>
    public IReadOnlyList<SensitiveKind> Kinds { get; init; } = [.. Enum.GetValues<SensitiveKind>().Where(kind => kind.IsPersonal())];

    /// <summary>
    /// Regions (ISO 3166) whose telephone numbers are known without a country's code; each costs time at every number. Default US, GB, DE, FR.
    /// </summary>
    public IReadOnlyList<string> DefaultRegions { get; init; } = ["US", "GB", "DE", "FR"];

    /// <summary>
    /// What stays as it is: whole values, such as <c>support@example.com</c>, in any way of writing, and domains, such as <c>@example.com</c>, whose
    /// addresses all stay. Default none.
    /// </summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kinds.Any(kind => !kind.IsPersonal()))
            yield return new ValidationResult("Kinds must be of email, phone, iban, card, nationalId and ip.", [nameof(Kinds)]);
        if (DefaultRegions.Any(region => !PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(region)))
            yield return new ValidationResult("DefaultRegions must be of two capital letters each, such as US, and have telephone numbers.", [nameof(DefaultRegions)]);
    }
}
