using CleanLlm.Infrastructure.Persistence.Startup;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What an operator reads when the database cannot be used at start.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class DatabaseStartFaultTests
{
    [TestCase("28P01", "refuses the user 'cleanllm'. Check Username and Password.")]
    [TestCase("28000", "refuses the user 'cleanllm'. Check Username and Password.")]
    [TestCase("3D000", "the database 'app' is not there. Make it with 'createdb --owner cleanllm app'")]
    [TestCase("42501", "the user 'cleanllm' may not make tables in the database 'app'.")]
    [TestCase("53300", "has no connection left.")]
    [TestCase("57P03", "is starting or stopping.")]
    public void PostgreSql_SaysWhatToMend(string state, string expected)
    {
        using var connection = new NpgsqlConnection("Host=db;Database=app;Username=cleanllm;Password=hunter2");
        var refusal = new PostgresException("said by the server", "FATAL", "FATAL", state);

        DatabaseStartFaults.Describe(new DbUpdateException("wrapped", refusal), connection).Should()
            .StartWith("ConnectionStrings__Postgres: ").And.Contain(expected).And.NotContain("hunter2");
    }

    [TestCase(14, "cannot be opened")]
    [TestCase(8, "cannot be written")]
    [TestCase(26, "is no SQLite database")]
    [TestCase(11, "is damaged")]
    [TestCase(5, "is in use by another process")]
    [TestCase(13, "the disk of")]
    public void Sqlite_SaysWhatToMend(int code, string expected)
    {
        using var connection = new SqliteConnection("Data Source=/var/lib/app.db");

        DatabaseStartFaults.Describe(new SqliteException("said by SQLite", code), connection).Should()
            .StartWith("ConnectionStrings__Sqlite: ").And.Contain("/var/lib/app.db").And.Contain(expected);
    }

    [Test]
    public void AMistakeOfOurs_IsNotPutDownToASetting()
    {
        using var connection = new NpgsqlConnection("Host=db");

        DatabaseStartFaults.Describe(new PostgresException("syntax error", "ERROR", "ERROR", "42601"), connection).Should().BeNull();
        DatabaseStartFaults.Describe(new InvalidOperationException("a bug"), connection).Should().BeNull();
    }
}
