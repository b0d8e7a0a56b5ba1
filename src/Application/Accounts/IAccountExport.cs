namespace CleanLlm.Application.Accounts;

/// <summary>Reads everything that is held about a user.</summary>
public interface IAccountExport
{
    /// <summary>
    /// The export of a user. Its lists are read when they are enumerated, one after another and some rows at a time, so that
    /// neither memory nor a database connection is held for as long as the reader takes.
    /// </summary>
    AccountExportDto Of(UserDto profile, DateTimeOffset now);
}
