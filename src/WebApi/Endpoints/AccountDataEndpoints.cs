using CleanLlm.Application.Accounts;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>What users may ask for as owners of their data.</summary>
internal static class AccountDataEndpoints
{
    private const string Attachment = "attachment; filename=\"cleanllm-export.json\"";

    /// <summary>The calls below <c>/users/me</c> that are about everything held.</summary>
    public static RouteGroupBuilder MapAccountData(this RouteGroupBuilder api)
    {
        var own = api.MapGroup("/users/me").WithTags("Users");

        own.MapGet("/export", Export)
            .WithName("Users_ExportMe")
            .AsCostly()
            .WithProblems(401, 403, 503)
            .WithSummary("Gives everything that is held about the caller as one JSON document")
            .WithDescription("Streamed in batches while it is read, so that a large one takes some time. When it cannot be completed, the connection is closed before "
                + "the end of the document. Secrets and their hashes are not in it.");
        own.MapDelete("", Erase)
            .WithName("Users_EraseMe")
            .AsCostly()
            .WithProblems(401, 403, 409, 503)
            .WithSummary("Erases the caller's account and its data")
            .WithDescription(
                "What runs is interrupted. The account ends at once: tokens, keys and credentials stop working, and no call shows its data any more. The "
                + "data is removed in the background, within seconds or, for a large account, minutes. The figures of the usage ledger stay, under "
                + "a random id that leads to no person. 409 `admin.last_admin`.");
        return api;
    }

    private static async Task<Results<Ok<AccountExportDto>, ProblemResult>> Export(HttpResponse response, IMediator mediator, CancellationToken ct)
    {
        var export = await mediator.Send(new ExportMe(), ct);
        if (export.IsSuccess)
            response.Headers.ContentDisposition = Attachment;
        return export.ToOk();
    }

    private static async Task<Results<NoContent, ProblemResult>> Erase(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new EraseMe(), ct)).ToNoContent();
}
