using CleanLlm.Application.Accounts;
using CleanLlm.Application.Accounts.External;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Signing in with an account elsewhere, and which of them belong to the caller. The callback itself is the authentication handlers'.</summary>
internal static class ExternalSignInEndpoints
{
    private const string Logins = "/api/v1/users/me/external-logins";

    /// <summary>The calls below <c>/auth/external</c> and <c>/users/me/external-logins</c>.</summary>
    public static RouteGroupBuilder MapExternalSignIn(this RouteGroupBuilder api)
    {
        var external = api.MapGroup("/auth/external").WithTags("ExternalSignIn").AllowAnonymous();
        external.MapGet("", Providers)
            .WithName("ExternalSignIn_Providers")
            .WithProblems(503)
            .WithSummary("Lists the providers to sign in with");
        external.MapGet("/{provider}", Start)
            .WithName("ExternalSignIn_Start")
            .Produces(StatusCodes.Status302Found)
            .WithProblems(400, 404, 422, 503)
            .WithSummary("Sends the browser to a provider")
            .WithDescription(
                "Open it as a page, not with fetch. The browser comes back to `returnUrl`, which must be on the configured list, with `code` "
                + "added to its query, good once and for a minute, or with `error`: `access_denied` or `external_failed`. Put a random value of "
                + "your own into the query of `returnUrl`, keep it in the browser, and use no code that comes back without it.");
        external.MapPost("/exchange", Exchange)
            .WithName("ExternalSignIn_Exchange")
            .WithProblems(400, 401, 409, 413, 415, 422, 429, 503)
            .WithSummary("Exchanges the code for tokens")
            .WithDescription(
                "Makes an account at the first sign-in. 409 `auth.email_taken` when there is an account with the address that the provider gave: "
                + "sign in to it and link the provider. 422 `auth.invalid_token` when the code does not work, 422 `auth.external_email_missing`.");

        var logins = api.MapGroup("/users/me/external-logins").WithTags("ExternalSignIn");
        logins.MapGet("", List)
            .WithName("ExternalSignIn_ListLogins")
            .WithProblems(401, 403, 503)
            .WithSummary("Lists the providers that the caller can sign in with");
        logins.MapPost("", Link)
            .WithName("ExternalSignIn_Link")
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 429, 503)
            .WithSummary("Links a provider to the caller's account")
            .WithDescription("Takes the code of a sign-in at the provider. 409 `auth.external_already_linked` when it is another account's.");
        logins.MapDelete("/{provider}", Unlink)
            .WithName("ExternalSignIn_Unlink")
            .WithProblems(401, 403, 404, 409, 422, 503)
            .WithSummary("Unlinks a provider from the caller's account")
            .WithDescription("409 `auth.last_credential` when the account could not be signed in to any more.");
        return api;
    }

    private static async Task<Results<Ok<IReadOnlyList<ExternalProviderDto>>, ProblemResult>> Providers(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListExternalProviders(), ct)).ToOk();

    private static async Task<Results<ChallengeHttpResult, ProblemResult>> Start(string provider, string returnUrl, IMediator mediator, CancellationToken ct)
    {
        var started = await mediator.Send(new StartExternalSignIn(provider, returnUrl), ct);
        return started.IsSuccess
            ? TypedResults.Challenge(new AuthenticationProperties { RedirectUri = started.Value.ReturnUrl }, [started.Value.Scheme])
            : started.Error.ToProblem();
    }

    private static async Task<Results<Ok<TokenPair>, ProblemResult>> Exchange(ExternalCodeBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ExchangeExternalCode(body.Code), ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<ExternalLoginDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListExternalLogins(), ct)).ToOk();

    private static async Task<Results<Created<ExternalLoginDto>, ProblemResult>> Link(ExternalCodeBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new LinkExternalLogin(body.Code), ct)).ToCreated(_ => Logins);

    private static async Task<Results<NoContent, ProblemResult>> Unlink(string provider, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new UnlinkExternalLogin(provider), ct)).ToNoContent();
}

/// <summary>The outcome of a sign-in at a provider.</summary>
/// <param name="Code">As it came back in the query of the return address.</param>
internal sealed record ExternalCodeBody(string Code);
