using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>The expected failures of plans.</summary>
public static class PlanErrors
{
    /// <summary>There is no plan with this id.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "plan.not_found", "There is no such plan.");

    /// <summary>Another plan has this name.</summary>
    public static readonly Error NameTaken = new(ErrorKind.Conflict, "plan.name_taken", "There is a plan with this name.");

    /// <summary>Exactly one plan holds for users without a plan of their own.</summary>
    public static readonly Error IsDefault =
        new(ErrorKind.Conflict, "plan.is_default", "This is the default plan; make another one the default first.");

    /// <summary>Users have been assigned to the plan.</summary>
    public static readonly Error InUse =
        new(ErrorKind.Conflict, "plan.in_use", "Users have this plan; give them another one first, or none, which is the default one.");

    /// <summary>A plan named in a request does not exist.</summary>
    public static readonly Error Unknown = Error.Invalid("planId", "There is no such plan; GET /api/v1/admin/plans lists them.") with
    {
        Code = "plan.unknown",
    };

    /// <summary>The plan that holds for a user limits no such thing.</summary>
    public static Error NoSuchLimit(string plan) =>
        Error.Invalid("metric", $"The plan '{plan}' that holds for this user has no limit of this metric and window.") with { Code = "plan.no_such_limit" };
}
