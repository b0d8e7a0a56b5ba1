using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Simulated;

/// <summary>
/// What a simulated model plays, by its id, so that a front end can be tried against every way an AI service fails:
/// <list type="table">
/// <item><c>simulated-slow</c>: five seconds before the first word</item>
/// <item><c>simulated-endless</c>: words until it is cancelled or too long</item>
/// <item><c>simulated-no-usage</c>: without usage, so that the ledger says <c>counted</c></item>
/// <item><c>simulated-tool-call</c>: calls the first tool of the request, with the arguments <c>{}</c>, unless it has its result</item>
/// <item><c>simulated-refuse</c>, <c>simulated-429</c> (retry after 5 s), <c>simulated-timeout</c>, <c>simulated-bad-answer</c>,
/// <c>simulated-too-long</c>: that failure before the first word</item>
/// <item><c>simulated-cut-off</c>: fails after half of the words</item>
/// </list>
/// Any other id answers at once.
/// </summary>
internal sealed record SimulatedScript(TimeSpan Wait, ProviderFailure? Failure, bool Halfway, bool Endless, bool NoUsage, bool ToolCall)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly SimulatedScript Plain = new(TimeSpan.Zero, Failure: null, Halfway: false, Endless: false, NoUsage: false, ToolCall: false);

    /// <summary>The script of a model.</summary>
    public static SimulatedScript Of(string? model) => model switch
    {
        "simulated-slow" => Plain with { Wait = TimeSpan.FromSeconds(5) },
        "simulated-endless" => Plain with { Endless = true },
        "simulated-no-usage" => Plain with { NoUsage = true },
        "simulated-tool-call" => Plain with { ToolCall = true },
        "simulated-refuse" => Plain with { Failure = ProviderFailure.Refused },
        "simulated-429" => Plain with { Failure = ProviderFailure.RateLimited },
        "simulated-timeout" => Plain with { Failure = ProviderFailure.Timeout },
        "simulated-reject" => Plain with { Failure = ProviderFailure.Rejected },
        "simulated-bad-answer" => Plain with { Failure = ProviderFailure.BadAnswer },
        "simulated-too-long" => Plain with { Failure = ProviderFailure.TooLong },
        "simulated-cut-off" => Plain with { Failure = ProviderFailure.CutOff, Halfway = true },
        _ => Plain,
    };

    /// <summary>Fails, when that is the script and its moment has come.</summary>
    /// <param name="halfway">Half of the words are out.</param>
    public void Play(bool halfway)
    {
        if (Failure is { } failure && halfway == Halfway)
            throw new ProviderException(failure, "A simulated failure.") { RetryAfter = failure == ProviderFailure.RateLimited ? RetryAfter : null };
    }
}
