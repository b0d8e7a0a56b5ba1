namespace CleanLlm.Infrastructure.Ai.Options;

/// <summary>Section <c>Ai</c>: which providers answer prompts. Without a provider a simulated one is used in Development, and nowhere else.</summary>
internal sealed record AiOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Ai";

    /// <summary>The providers; a lower <see cref="ProviderOptions.Priority"/> is asked first.</summary>
    public IList<ProviderOptions> Providers { get; init; } = [];

    /// <summary>How a failed call is tried again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>When what keeps failing is not asked for a while.</summary>
    public BreakerOptions Breaker { get; init; } = new();
}
