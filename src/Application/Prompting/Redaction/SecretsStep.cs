using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Replaces secrets: what opens an account, an interface or a machine.</summary>
internal sealed class SecretsStep() : RedactingStep(new SecretScanner(), Setting)
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("secrets", StepMode.Redact, StepMode.Redact, StepMode.Block);

    protected override bool IsOurs(SensitiveKind kind) => !kind.IsPersonal();
}
