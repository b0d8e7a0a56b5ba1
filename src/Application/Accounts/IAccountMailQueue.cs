using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>
/// Mails that need a look at the account first. The look, too, happens in the background: how long a request takes does not tell
/// whether an address has an account, and a request does not fail because a mail could not be made.
/// </summary>
public interface IAccountMailQueue
{
    /// <summary>A caller says they forgot the password of this address.</summary>
    void RequestReset(EmailAddress email);

    /// <summary>A user whose account was made by an admin should set its first password.</summary>
    void RequestInvitation(UserId user);

    /// <summary>A user should prove that their address is theirs.</summary>
    void RequestConfirmation(UserId user);
}
