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
            .WithProblems(401, 403, 503)
            .WithSummary("Gives everything that is held about the caller as one JSON document")
            .WithDescription("Streamed while it is read; a document that breaks off is not whole. Secrets and their hashes are not in it.");
        own.MapDelete("", Erase)
            .WithName("Users_EraseMe")
            .WithProblems(401, 403, 409, 503)
            .WithSummary("Erases the caller's account and its data")
            .WithDescription(
                "What runs is interrupted; chats, completions, sessions, keys and credentials are gone at once and for good. The figures of the usage "
                + "ledger stay, under a random id that leads to nobody. 409 `admin.last_admin`.");
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
