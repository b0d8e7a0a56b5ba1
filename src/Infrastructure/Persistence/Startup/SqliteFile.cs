using CleanLlm.Application.Settings;
using Microsoft.Data.Sqlite;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>The file of the embedded database.</summary>
internal static class SqliteFile
{
    /// <summary>Its whole path; null for one in memory or by an address.</summary>
    public static string? PathOf(string connectionString)
    {
        var settings = new SqliteConnectionStringBuilder(connectionString);
        return settings.Mode == SqliteOpenMode.Memory || settings.DataSource is ":memory:" or "" || settings.DataSource.StartsWith("file:", StringComparison.Ordinal)
            ? null
            : Path.GetFullPath(settings.DataSource);
    }

    /// <summary>Makes the folder that it is to be in.</summary>
    /// <exception cref="StartRefusedException">The folder cannot be made.</exception>
    public static void MakeFolder(string connectionString)
    {
        if (PathOf(connectionString) is not { } path || Path.GetDirectoryName(path) is not { } folder)
            return;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"ConnectionStrings__Sqlite: the folder {folder} is not there and cannot be made. Make it, writable for the program, or name another.", failure);
        }
    }
}
