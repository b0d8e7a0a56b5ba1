using System.Diagnostics.Metrics;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>Counts what steps notice in prompts and answers: by step, code and action, never with text.</summary>
public sealed class FindingMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "CleanLlm.Prompting";

    private readonly Counter<long> findings;

    /// <param name="meters">Makes the meter.</param>
    public FindingMetrics(IMeterFactory meters) =>
        findings = meters.Create(MeterName).CreateCounter<long>("cleanllm.findings", "{finding}", "What steps noticed in prompts and answers.");

    /// <summary>Counts one.</summary>
    public void Note(Finding finding) => findings.Add(
        finding.Count, new("step", finding.Step), new("code", finding.Code), new("action", finding.Action?.ToString().ToLowerInvariant() ?? "always"));
}
