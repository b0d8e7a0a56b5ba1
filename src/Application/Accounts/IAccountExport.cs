namespace CleanLlm.Application.Accounts;

/// <summary>Reads everything that is held about a user.</summary>
public interface IAccountExport
{
    /// <summary>
    /// The export of a user. Its lists are read when they are enumerated, one after another and in batches, so that memory does not
    /// grow with them. The messages of the chats are one list too: those of a chat are enumerated once, before the next chat is.
    /// </summary>
    AccountExportDto Of(ExportedProfileDto profile, DateTimeOffset now);
}
