using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Administration;

/// <summary>Stored plans. Every change goes with its lines in the audit log, and is known to this instance at once.</summary>
public interface IPlanRepository
{
    /// <summary>All plans by name, not to be changed.</summary>
    Task<IReadOnlyList<Plan>> ListAsync(CancellationToken ct);

    /// <summary>A plan, to be changed; null when there is none.</summary>
    Task<Plan?> FindAsync(PlanId id, CancellationToken ct);

    /// <summary>Stores a new or changed plan; a new default takes the place of the former one.</summary>
    /// <returns>Null; or, with nothing stored, <see cref="PlanErrors.NameTaken"/>, or <see cref="PlanErrors.IsDefault"/> when no default would be left.</returns>
    Task<Error?> SaveAsync(Plan plan, CancellationToken ct);

    /// <summary>Removes a plan that no user has, however many are assigned at the same time.</summary>
    /// <returns>Null; or, with nothing removed, <see cref="PlanErrors.IsDefault"/> or <see cref="PlanErrors.InUse"/>.</returns>
    Task<Error?> RemoveAsync(Plan plan, CancellationToken ct);
}
