using CleanLlm.Application.Accounts;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>The caller's second factor: time-based codes (RFC 6238) and recovery codes.</summary>
internal static class TwoFactorEndpoints
{
    /// <summary>The calls below <c>/users/me/two-factor</c>.</summary>
    public static RouteGroupBuilder MapTwoFactor(this RouteGroupBuilder api)
    {
        var factor = api.MapGroup("/users/me/two-factor").WithTags("Users");

        factor.MapPost("", SetUp)
            .WithName("Users_SetUpTwoFactor")
            .AsCostly()
            .WithProblems(401, 403, 409, 503)
            .WithSummary("Makes a secret for an authenticator app")
            .WithDescription("Shown this once, and without effect before its first code is confirmed. 409 `auth.two_factor_on` when there is one already.");
        factor.MapPost("/confirm", Confirm)
            .WithName("Users_ConfirmTwoFactor")
            .AsCostly()
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Turns the second factor on by its first code")
            .WithDescription(
                "Answers ten recovery codes, shown this once. The caller's other sessions end. 422 blames `code` when it is wrong; 409 when "
                + "the second factor is on already (`auth.two_factor_on`) or there is none (`auth.two_factor_not_set_up`).");
        factor.MapDelete("", TurnOff)
            .WithName("Users_TurnOffTwoFactor")
            .AsCostly()
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Turns the second factor off")
            .WithDescription("Needs a code or a recovery code; 422 blames `code` when it is wrong, 409 `auth.two_factor_not_set_up` when it is not on.");
        return api;
    }

    private static async Task<Results<Ok<TwoFactorSetUp>, ProblemResult>> SetUp(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new SetUpTwoFactor(), ct)).ToOk();

    private static async Task<Results<Ok<IssuedRecoveryCodes>, ProblemResult>> Confirm(
        TwoFactorCodeBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ConfirmTwoFactor(body.Code), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> TurnOff(
        [FromBody] TwoFactorCodeBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new TurnOffTwoFactor(body.Code), ct)).ToNoContent();
}

/// <summary>A code of the second factor.</summary>
/// <param name="Code">Six digits from the authenticator app; to turn it off, a recovery code does too.</param>
internal sealed record TwoFactorCodeBody(string Code);
