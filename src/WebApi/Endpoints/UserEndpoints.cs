using CleanLlm.Application.Accounts;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The caller's own account.</summary>
internal static class UserEndpoints
{
    /// <summary>The calls below <c>/users</c>.</summary>
    public static RouteGroupBuilder MapUsers(this RouteGroupBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");

        users.MapGet("/me", Get)
            .WithName("Users_GetMe")
            .WithProblems(401, 403, 503)
            .WithSummary("Shows the caller's account");
        users.MapPatch("/me", Update)
            .WithName("Users_UpdateMe")
            .WithProblems(400, 401, 403, 413, 415, 422, 503)
            .WithSummary("Changes the caller's account")
            .WithDescription("What is absent stays as it is; a blank `displayName` removes it.");
        return api;
    }

    private static async Task<Results<Ok<UserDto>, ProblemResult>> Get(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetMe(), ct)).ToOk();

    private static async Task<Results<Ok<UserDto>, ProblemResult>> Update(UpdateMeBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new UpdateMe(body.DisplayName), ct)).ToOk();
}

/// <summary>A change of one's own account.</summary>
/// <param name="DisplayName">What they want to be called; absent leaves it, blank removes it.</param>
internal sealed record UpdateMeBody(string? DisplayName = null);
