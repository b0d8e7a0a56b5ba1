namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>What the program sends to its database, and how the database reads its tables for it.</summary>
internal interface IStatementRecord : IDisposable
{
    /// <summary>What the program is started with, so that its statements are seen.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The statements from now on count.</summary>
    void Begin(string database);

    /// <summary>The statements that read through a table that grows, each with what is wrong with it, and how many there were.</summary>
    Task<(IReadOnlyCollection<string> Faults, int Statements)> EndAsync();
}
