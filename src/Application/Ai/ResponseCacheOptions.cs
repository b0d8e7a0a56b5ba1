using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Ai;

/// <summary>Section <c>ResponseCache</c>: how answers are kept for the next equal question.</summary>
public sealed record ResponseCacheOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "ResponseCache";

    /// <summary>Whether answers are cached at all. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long an answer is kept, in seconds. 1 to 604,800; default 3,600.</summary>
    [Range(1, 604_800)]
    public int ExpirySeconds { get; init; } = 3_600;

    /// <summary>The longest answer that is kept, in bytes of UTF-8. 1,024 to 1,000,000; default 262,144.</summary>
    [Range(1_024, 1_000_000)]
    public int MaxAnswerBytes { get; init; } = 256 * 1024;

    /// <summary>What all answers together take of one process's memory, in bytes; the least used go first. 1 MiB to 16 GiB; default 64 MiB.</summary>
    [Range(1L << 20, 1L << 34)]
    public long MemoryBytes { get; init; } = 64L << 20;

    /// <summary>Names of plans whose users share answers: one gets what another one's equal prompt was answered. Default none.</summary>
    public IReadOnlyList<string> SharedPlans { get; init; } = [];
}
