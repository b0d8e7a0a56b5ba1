using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Usage;

/// <summary>Reads the usage ledger.</summary>
public interface IUsageQueries
{
    /// <summary>What a user was charged for between two moments, the second one excluded: one line for each day or model, in order.</summary>
    Task<IReadOnlyList<UsageLineDto>> SumAsync(UserId user, DateTimeOffset from, DateTimeOffset to, UsageGrouping by, CancellationToken ct);
}

/// <summary>What the lines of a report are for.</summary>
public enum UsageGrouping
{
    /// <summary>Calendar days (UTC).</summary>
    Day,

    /// <summary>Models.</summary>
    Model,
}
