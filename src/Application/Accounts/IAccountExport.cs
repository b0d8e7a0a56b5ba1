namespace CleanLlm.Application.Accounts;

/// <summary>Reads everything that is held about a user.</summary>
public interface IAccountExport
{
    /// <summary>
    /// The export of a user. Its lists are read when they are enumerated, one after another and never as a whole, so that memory
    /// does not grow with them.
    /// </summary>
    AccountExportDto Of(UserDto profile, DateTimeOffset now);
}
