using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Completions.Running;

/// <summary>A completion that is stored as running and has its quota: all that it takes to answer it, here or elsewhere.</summary>
/// <param name="Completion">The completion.</param>
/// <param name="Prompt">What the model gets.</param>
/// <param name="Call">Who may answer.</param>
/// <param name="Limits">The user's limits as they stood after admission.</param>
internal sealed record AdmittedCompletion(Completion Completion, ModelPrompt Prompt, RoutedCall Call, IReadOnlyList<QuotaLimitDto> Limits)
{
    /// <summary>What it was admitted under.</summary>
    public required QuotaTerms Terms { get; init; }

    /// <summary>What turns the answer back for its owner.</summary>
    public Restorations Restorations { get; init; } = Restorations.None;

    /// <summary>What tells the model what to do, as it is sent.</summary>
    public IReadOnlyList<Instruction> Instructions { get; init; } = [];

    /// <summary>What steps do for its user by the user's plan.</summary>
    public IReadOnlyList<StepSetting> Settings { get; init; } = [];

    /// <summary>Sampling temperature, 0 to 2; null for the model's own.</summary>
    public float? Temperature { get; init; }

    /// <summary>Whether its caller reads it piece by piece.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>The answers that its question had before. No other comes while it runs: one runs at a time for each question.</summary>
    public IReadOnlyList<MessageId> EarlierAnswers { get; init; } = [];
}
