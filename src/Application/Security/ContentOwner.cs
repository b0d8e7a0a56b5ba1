using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Security;

/// <summary>Whose content something is: a user, a plan or the service. Each has a data key of its own, and without that key its content is unreadable.</summary>
/// <param name="Id">The id of the user or plan, which no other of them has.</param>
public readonly record struct ContentOwner(Guid Id)
{
    /// <summary>The service: content that admins write for all users.</summary>
    public static ContentOwner Service { get; } = new(new Guid("00000000-0000-0000-0000-000000000001"));

    /// <summary>A user.</summary>
    public static ContentOwner Of(UserId user) => new(user.Value);

    /// <summary>A plan: content that is shared by its users.</summary>
    public static ContentOwner Of(PlanId plan) => new(plan.Value);
}
