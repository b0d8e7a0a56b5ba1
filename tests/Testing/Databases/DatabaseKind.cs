namespace CleanLlm.Testing.Databases;

/// <summary>Which database, and with it which cache, a fixture runs on.</summary>
public enum DatabaseKind
{
    /// <summary>The embedded defaults: a SQLite file and memory.</summary>
    Sqlite,

    /// <summary>The real parts: PostgreSQL and Redis.</summary>
    Postgres,
}
