namespace CleanLlm.Domain.Quotas;

/// <summary>What a limit counts.</summary>
public enum QuotaMetric
{
    /// <summary>Completions that were charged.</summary>
    Requests = 1,

    /// <summary>Prompt and completion tokens together.</summary>
    Tokens = 2,

    /// <summary>Cost in millionths of the configured currency.</summary>
    CostMicros = 3,

    /// <summary>Completions running at the same time; always with <see cref="QuotaWindow.Running"/>.</summary>
    Concurrency = 4,
}
