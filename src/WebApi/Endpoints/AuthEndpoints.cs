using CleanLlm.Application.Accounts;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Signing up, signing in, staying signed in, signing out.</summary>
internal static class AuthEndpoints
{
    private const string KeysCacheControl = "public, max-age=300";

    /// <summary>The calls below <c>/auth</c>.</summary>
    public static RouteGroupBuilder MapAuth(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth");

        auth.MapPost("/register", SignUp).AllowAnonymous().AsCostly()
            .WithName("Auth_Register")
            .WithProblems(400, 409, 413, 415, 422, 429, 503)
            .WithSummary("Makes an account")
            .WithDescription("409 `auth.email_taken` when there is one with this address, in whatever spelling of it: its domain is stored in lower case and in ASCII.");
        auth.MapPost("/login", SignIn).AllowAnonymous()
            .WithName("Auth_Login")
            .WithProblems(400, 401, 403, 413, 415, 422, 429, 503)
            .WithSummary("Signs in")
            .WithDescription(
                "401 `auth.invalid_credentials` whether the address is unknown, the password wrong or the account disabled. 401 "
                + "`auth.two_factor_required` when the password was right and `twoFactorCode` is absent or wrong. Where the address has to be "
                + "confirmed first, 403 `auth.email_not_confirmed`, and a fresh mail.");
        auth.MapPost("/refresh", Continue).AllowAnonymous()
            .WithName("Auth_Refresh")
            .WithProblems(400, 401, 413, 415, 422, 429, 503)
            .WithSummary("Spends a refresh token for the next pair of tokens")
            .WithDescription("401 `auth.invalid_refresh_token` when it does not work. A token that comes back after its use ends the session.");
        auth.MapPost("/logout", SignOut)
            .WithName("Auth_Logout")
            .WithProblems(400, 401, 403, 413, 415, 422, 503)
            .WithSummary("Ends a session")
            .WithDescription("The session of the refresh token, or without one that of the access token. 204 also when it had ended before.");
        return api;
    }

    /// <summary>The public signing keys, where RFC 8414 clients look for them.</summary>
    public static IEndpointRouteBuilder MapJwks(this IEndpointRouteBuilder app)
    {
        app.MapGet("/.well-known/jwks.json", Keys).AllowAnonymous()
            .WithName("Auth_Jwks")
            .WithTags("Auth")
            .WithProblems(503)
            .WithSummary("Lists the public keys that verify access tokens")
            .WithDescription("A JSON Web Key Set (RFC 7517). Cache it as the answer says, and ask again for a `kid` that is not in it.");
        return app;
    }

    private static async Task<Results<Created<UserDto>, ProblemResult>> SignUp(RegisterBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new Register(body.Email, body.Password, body.DisplayName), ct)).ToCreated(_ => "/api/v1/users/me");

    private static async Task<Results<Ok<TokenPair>, ProblemResult>> SignIn(LoginBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new Login(body.Email, body.Password, body.TwoFactorCode), ct)).ToOk();

    private static async Task<Results<Ok<TokenPair>, ProblemResult>> Continue(RefreshBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new Refresh(body.RefreshToken), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> SignOut(LogoutBody? body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new Logout(body?.RefreshToken), ct)).ToNoContent();

    private static async Task<Results<Ok<PublicKeySet>, ProblemResult>> Keys(HttpResponse response, IMediator mediator, CancellationToken ct)
    {
        var keys = await mediator.Send(new GetPublicKeys(), ct);
        response.Headers.CacheControl = KeysCacheControl;
        return keys.ToOk();
    }
}

/// <summary>A new account.</summary>
/// <param name="Email">Where the user can be reached and what they sign in with; at most 254 characters.</param>
/// <param name="Password">12 to 128 characters, any of them.</param>
/// <param name="DisplayName">What they want to be called; at most 100 characters.</param>
internal sealed record RegisterBody(string Email, string Password, string? DisplayName = null);

/// <summary>A sign-in.</summary>
/// <param name="Email">The address of the account, in any spelling of its domain and any case of its letters.</param>
/// <param name="Password">Its password.</param>
/// <param name="TwoFactorCode">A code of the second factor or a recovery code, where the account has a second factor.</param>
internal sealed record LoginBody(string Email, string Password, string? TwoFactorCode = null);

/// <summary>A refresh.</summary>
/// <param name="RefreshToken">As it came with the last pair of tokens.</param>
internal sealed record RefreshBody(string RefreshToken);

/// <summary>A sign-out.</summary>
/// <param name="RefreshToken">Of the session to end; absent means the session of the access token.</param>
internal sealed record LogoutBody(string? RefreshToken = null);
