using CleanLlm.Application.Administration;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The encryption of stored content as admins see it.</summary>
internal static class AdminEncryptionEndpoints
{
    private const string Path = "/api/v1/admin/encryption";

    /// <summary>The calls below <c>/admin/encryption</c>.</summary>
    public static void MapAdminEncryption(this RouteGroupBuilder admin)
    {
        admin.MapGet("/encryption", Get)
            .WithName("Admin_GetEncryption")
            .WithProblems(401, 403, 503)
            .WithSummary("Shows how stored content is encrypted, and how far a rotation has come");
        admin.MapPost("/encryption/rotate", Rotate)
            .WithName("Admin_RotateKeys")
            .WithProblems(401, 403, 503)
            .WithSummary("Brings stored content under the current key-encryption key, in the background")
            .WithDescription(
                "Data keys that another key has wrapped are wrapped again, and text from before content was encrypted is encrypted. Nothing is unreadable meanwhile. "
                + "Each instance does the same at its start and every hour. A key that has wrapped no data key any more can be removed from the configuration.");
    }

    private static async Task<Results<Ok<EncryptionStatusDto>, ProblemResult>> Get(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetEncryption(), ct)).ToOk();

    private static async Task<Results<Accepted<EncryptionStatusDto>, ProblemResult>> Rotate(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new RotateKeys(), ct)).ToAccepted(Path);
}
