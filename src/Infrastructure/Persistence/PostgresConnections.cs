using System.Data.Common;
using CleanLlm.Application.Completions;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>The connections of one instance to PostgreSQL: a pool for all calls, those that write groups, and one that renews leases.</summary>
internal sealed class PostgresConnections
{
    /// <summary>
    /// Names the source that renews leases. It is apart from the pool, so that a renewal never waits behind the calls of an overload.
    /// </summary>
    public const string Renewals = "renewals";

    /// <summary>Names the source of the groups of writes, which are apart from the pool too: a group never waits behind the calls of an overload.</summary>
    public const string Groups = "groups";

    // One group is written at a time: two or three were slower (docs/decisions/0057).
    private const int GroupConnections = 1;

    private const int RenewalConnections = 1;

    // Those of the groups and of the renewals.
    private const int Apart = GroupConnections + RenewalConnections;

    // A group that waits longer for a lock is rolled back, and each of its members is written alone.
    private const string GroupLocks = "SET lock_timeout = '200ms'";

    // A renewal that hangs is given up soon, so that the next one comes on a new connection before leases end. It may open that
    // connection, set it up and send its statement, and each of them may hang for so many seconds.
    private const int RenewalSteps = 3;

    private static readonly int RenewalSeconds = (int)CompletionOptions.LongestRenewal.TotalSeconds / RenewalSteps;

    // Every statement of ours is prepared once a connection has seen it twice.
    private const int PreparedStatements = 64;

    // Our statements find rows by key: the plan for any values is the plan for all, so it is made once for a connection. And as
    // it is kept while tables grow, it must not rest on a table having been small enough to read whole. Where a table is read whole
    // after all (the one row of the audit chain's end), the plan looks costly enough to be compiled: 60 ms for a statement of 0.06;
    // or to be shared among workers, whose start costs more than reading a few rows by their key.
    private const string KeyLookups =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0";

    private readonly NpgsqlConnectionStringBuilder settings;

    public PostgresConnections(string connectionString, DatabaseOptions options)
    {
        settings = new NpgsqlConnectionStringBuilder(connectionString);
        // As the builder writes it, a setting has one name, and is there only when it was given.
        var given = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
        if (!given.ContainsKey("Maximum Pool Size"))
            settings.MaxPoolSize = options.MaxConnections;
        if (!given.ContainsKey("Timeout"))
            settings.Timeout = options.WaitSeconds;
        if (settings.MaxAutoPrepare == 0)
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (PreparedStatements, 2);
        // We keep no session state, so a connection has nothing to reset between users.
        settings.NoResetOnClose = true;
        // One for calls at least, beside those that are apart.
        Most = Math.Max(settings.MaxPoolSize, Apart + 1);
    }

    /// <summary>How many connections the instance opens at most.</summary>
    public int Most { get; }

    /// <summary>The pool of all calls.</summary>
    public NpgsqlDataSource ForCalls() => Build(With(Most - Apart), KeyLookups);

    /// <summary>What writes groups. A statement that hangs is given up as soon as a call gives up waiting for a connection.</summary>
    public NpgsqlDataSource ForGroups()
    {
        var own = With(GroupConnections);
        own.CommandTimeout = settings.Timeout;
        own.CancellationTimeout = -1;
        return Build(own, $"{KeyLookups}; {GroupLocks}; SET statement_timeout = '{settings.Timeout}s'");
    }

    /// <summary>What renews leases. It gives up within seconds, however long calls wait.</summary>
    public NpgsqlDataSource ForRenewals()
    {
        var own = With(RenewalConnections);
        own.Timeout = RenewalSeconds;
        own.CommandTimeout = RenewalSeconds;
        // A connection that hangs takes no cancellation either: it is closed at once.
        own.CancellationTimeout = -1;
        // So the server ends it itself: what was given up must not renew a lease later.
        return Build(own, $"{KeyLookups}; SET statement_timeout = '{RenewalSeconds}s'");
    }

    private NpgsqlConnectionStringBuilder With(int connections) => new(settings.ConnectionString)
    {
        MaxPoolSize = connections,
        MinPoolSize = Math.Min(settings.MinPoolSize, connections),
    };

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder own, string setUp)
    {
        return new NpgsqlDataSourceBuilder(own.ConnectionString).UsePhysicalConnectionInitializer(SetUp, SetUpAsync).Build();

        void SetUp(NpgsqlConnection connection)
        {
            using var command = new NpgsqlCommand(setUp, connection);
            command.ExecuteNonQuery();
        }

        async Task SetUpAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand(setUp, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
