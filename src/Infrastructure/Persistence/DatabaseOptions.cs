using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Section <c>Database</c>: how many connections to PostgreSQL an instance opens, and how long it waits for one.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Database";

    /// <summary>
    /// How many connections one instance opens at most, those that write completions and renew leases included. A <c>Maximum Pool Size</c> in the connection
    /// string wins. Instances × this + a reserve for administration must fit the server's <c>max_connections</c>. Default 20.
    /// </summary>
    [Range(3, 10_000)]
    public int MaxConnections { get; init; } = 20;

    /// <summary>
    /// How long a call waits for a connection, in seconds, before it is answered with 503. A <c>Timeout</c> in the connection string wins.
    /// Default 5.
    /// </summary>
    [Range(1, 60)]
    public int WaitSeconds { get; init; } = 5;
}
