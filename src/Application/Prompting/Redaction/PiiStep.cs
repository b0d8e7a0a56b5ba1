using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Replaces personal data: addresses and numbers by which a person or an account is known.</summary>
/// <param name="options">What is looked for, and what stays as it is.</param>
internal sealed class PiiStep(IOptions<PiiOptions> options) : RedactingStep(new PiiScanner(options.Value), Setting)
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("pii", StepMode.Redact, StepMode.Redact, StepMode.Block);

    private readonly AllowedValues allowed = new(options.Value.Allow);

    protected override bool IsOurs(SensitiveKind kind) => kind.IsPersonal();

    protected override bool Stays(SensitiveKind kind, string canonical) => allowed.Contains(kind, canonical);
}
