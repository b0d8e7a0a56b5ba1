using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.Completions;

/// <summary>A completion that has just ended, with all that must be stored together.</summary>
/// <param name="Completion">In its final state.</param>
/// <param name="Released">The reservation it gives back.</param>
/// <param name="Entry">What is charged; null when nothing is.</param>
/// <param name="Exchange">The messages its chat gains; null when none.</param>
public sealed record CompletionClosing(Completion Completion, Reservation Released, UsageEntry? Entry, Exchange? Exchange);
