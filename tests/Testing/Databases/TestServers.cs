namespace CleanLlm.Testing.Databases;

/// <summary>Where the servers are that <c>build/test.sh</c> started. A missing one fails the test: there is no fallback.</summary>
public static class TestServers
{
    /// <summary>A connection string to a PostgreSQL server that allows to create databases.</summary>
    public static string Postgres => Setting("CLEANLLM_TEST_POSTGRES");

    /// <summary>The <c>host:port</c> of a Redis server with many databases.</summary>
    public static string Redis => Setting("CLEANLLM_TEST_REDIS");

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{name} is not set: run ./build/test.sh, or start the servers with `. build/lib.sh`.");
}
