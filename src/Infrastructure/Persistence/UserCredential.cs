using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Identity;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>What a user signs in with: the row of ASP.NET Core Identity beside the domain's <see cref="User"/>, with the same id.</summary>
internal sealed class UserCredential : IdentityUser<Guid>
{
    private UserCredential()
    {
    }

    public UserCredential(User user)
    {
        Id = user.Id.Value;
        UserId = user.Id;
        UserName = Email = user.Email;
    }

    /// <summary>The same id, typed: EF Core relates only keys of one type.</summary>
    public UserId UserId { get; private set; }
}
