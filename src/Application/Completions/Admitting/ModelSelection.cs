using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Which models may answer a call.</summary>
/// <param name="Plan">The payer's plan, which allows each of them.</param>
/// <param name="Candidates">The most wanted first, for which the prompt is prepared; others may stand in for it. Never empty.</param>
internal sealed record ModelSelection(Plan Plan, IReadOnlyList<Model> Candidates)
{
    /// <summary>The one that the prompt is prepared for.</summary>
    public Model Wanted => Candidates[0];
}
