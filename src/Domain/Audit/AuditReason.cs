using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Audit;

/// <summary>Why an admin does what needs a reason; it goes into the audit log.</summary>
public readonly record struct AuditReason
{
    /// <summary>The shortest reason, in characters.</summary>
    public const int MinLength = 10;

    /// <summary>The longest reason, in characters.</summary>
    public const int MaxLength = 500;

    private AuditReason(string text) => Text = text;

    /// <summary>The words, trimmed.</summary>
    public string Text { get; }

    /// <summary>A reason from the named field, or which rule it breaks.</summary>
    public static Result<AuditReason> Of(string? text, string field)
    {
        text = text?.Trim() ?? "";
        return text.Length is >= MinLength and <= MaxLength && !text.Any(char.IsControl)
            ? new AuditReason(text)
            : Error.Invalid(field, $"Say why, in {MinLength} to {MaxLength} printable characters.");
    }
}
