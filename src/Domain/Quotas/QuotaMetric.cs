namespace CleanLlm.Domain.Quotas;

/// <summary>What a limit counts.</summary>
public enum QuotaMetric
{
    /// <summary>Completions that were charged.</summary>
    Requests = 1,

    /// <summary>Prompt and completion tokens together.</summary>
    Tokens = 2,

    /// <summary>Cost: limits are in millionths of the configured currency, counters in billionths.</summary>
    CostMicros = 3,

    /// <summary>Completions running at the same time; always with <see cref="QuotaWindow.Running"/>.</summary>
    Concurrency = 4,
}

/// <summary>Between the unit that limits are stated in and the unit that counters count in; they differ for cost only.</summary>
public static class QuotaUnits
{
    /// <summary>The most that is counted or granted of cost: two such amounts together stay within 64 bits.</summary>
    public const long MostCounted = 4_000_000_000_000_000_000;

    private const int NanosPerMicro = 1000;

    /// <summary>Whether a longer answer counts more.</summary>
    public static bool DependsOnLength(this QuotaMetric metric) => metric is QuotaMetric.Tokens or QuotaMetric.CostMicros;

    /// <summary>A stated amount in the unit of the counter, of cost at most <see cref="MostCounted"/>.</summary>
    public static long ToCounter(this QuotaMetric metric, long amount) =>
        metric == QuotaMetric.CostMicros ? (long)Int128.Clamp((Int128)amount * NanosPerMicro, -MostCounted, MostCounted) : amount;

    /// <summary>A counted amount in the unit that limits are stated in, rounded down.</summary>
    public static long FromCounter(this QuotaMetric metric, long counted) =>
        metric == QuotaMetric.CostMicros ? (long)Math.Floor((decimal)counted / NanosPerMicro) : counted;

    /// <summary>A counted amount in the unit that limits are stated in, exactly.</summary>
    public static decimal Exactly(this QuotaMetric metric, long counted) =>
        metric == QuotaMetric.CostMicros ? Micros(counted) : counted;

    /// <summary>Billionths of the currency as millionths.</summary>
    public static decimal Micros(long nanos) => (decimal)nanos / NanosPerMicro;
}
