using CleanLlm.Application.Audit;
using CleanLlm.Application.Paging;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The audit log.</summary>
internal static class AdminAuditEndpoints
{
    private const int DefaultLimit = 20;

    /// <summary>The calls below <c>/admin/audit</c>.</summary>
    public static void MapAdminAudit(this RouteGroupBuilder admin)
    {
        admin.MapGet("/audit", List)
            .WithName("Admin_ListAudit")
            .WithProblems(400, 401, 403, 422, 503)
            .WithSummary("Lists the audit log, newest first")
            .WithDescription(
                "`actor` is the user who did it, by id or e-mail address. `subject` is the user, key, session or plan it was done to, by id, or a user by "
                + "e-mail address; what an admin does to a user's sessions and keys has the user as its subject. `action` is an exact name, e.g. `session.signed_in`. An "
                + "address finds the account that has it now: nothing after an erasure.");
        admin.MapGet("/audit/verify", Verify)
            .WithName("Admin_VerifyAudit")
            .AsCostly()
            .WithProblems(401, 403, 503)
            .WithSummary("Reads the whole audit log and says whether it is what was written")
            .WithDescription(
                "Finds lines that were changed, removed, added or moved, and details that were taken away other than with an erased account. "
                + "Note `headSequence` and `headHash` elsewhere from time to time: a later chain that does not hold that line was cut and grown again.");
    }

    private static async Task<Results<Ok<Page<AuditEntryDto>>, ProblemResult>> List(
        IMediator mediator, string? actor, string? subject, string? action, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListAudit(actor, subject, action, cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<Results<Ok<AuditVerdictDto>, ProblemResult>> Verify(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new VerifyAudit(), ct)).ToOk();
}
