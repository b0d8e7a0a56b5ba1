using CleanLlm.Application.Accounts;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Proving an address, and getting another password.</summary>
internal static class PasswordEndpoints
{
    /// <summary>The calls that take a mailed token, the one that asks for it, and the change of a known password.</summary>
    public static RouteGroupBuilder MapPasswords(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth");

        auth.MapPost("/confirm-email", Confirm).AllowAnonymous()
            .WithName("Auth_ConfirmEmail")
            .WithProblems(400, 413, 415, 422, 429, 503)
            .WithSummary("Confirms an e-mail address by a mailed token")
            .WithDescription("422 `auth.invalid_token` when the token is unknown, was used before or is older than 24 hours.");
        auth.MapPost("/forgot-password", Forgot).AllowAnonymous().AsCostly()
            .WithName("Auth_ForgotPassword")
            .WithProblems(400, 413, 415, 422, 429, 503)
            .WithSummary("Mails a token that sets a new password")
            .WithDescription("204 whether or not there is an account with this address. A new token makes the former one void.");
        auth.MapPost("/reset-password", Reset).AllowAnonymous().AsCostly()
            .WithName("Auth_ResetPassword")
            .WithProblems(400, 413, 415, 422, 429, 503)
            .WithSummary("Sets a new password by a mailed token")
            .WithDescription(
                "Every session ends, a second factor stays on, and the address counts as confirmed. 422 `auth.invalid_token` when the token "
                + "is unknown, was used before or is older than an hour. Where the address had not been confirmed before, API keys, "
                + "identities of other providers and a second factor are removed: another person may have made them.");

        api.MapPost("/users/me/password", Change).WithTags("Users")
            .WithName("Users_ChangePassword")
            .AsCostly()
            .WithProblems(400, 401, 403, 413, 415, 422, 503)
            .WithSummary("Changes the caller's password")
            .WithDescription(
                "The caller's other sessions end. 422 blames `currentPassword` when it is wrong; an account that has no password yet gets "
                + "its first one by `/auth/forgot-password`.");
        return api;
    }

    private static async Task<Results<NoContent, ProblemResult>> Confirm(ConfirmEmailBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ConfirmEmail(body.Token), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> Forgot(ForgotPasswordBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ForgotPassword(body.Email), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> Reset(ResetPasswordBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ResetPassword(body.Token, body.NewPassword), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemResult>> Change(ChangePasswordBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ChangePassword(body.CurrentPassword, body.NewPassword), ct)).ToNoContent();
}

/// <summary>The proof of an address.</summary>
/// <param name="Token">As it was mailed.</param>
internal sealed record ConfirmEmailBody(string Token);

/// <summary>A forgotten password.</summary>
/// <param name="Email">The address of the account, in any spelling of its domain and any case of its letters.</param>
internal sealed record ForgotPasswordBody(string Email);

/// <summary>A new password for a forgotten one.</summary>
/// <param name="Token">As it was mailed.</param>
/// <param name="NewPassword">12 to 128 characters, any of them.</param>
internal sealed record ResetPasswordBody(string Token, string NewPassword);

/// <summary>A new password for a known one.</summary>
/// <param name="CurrentPassword">The one to be replaced.</param>
/// <param name="NewPassword">12 to 128 characters, any of them.</param>
internal sealed record ChangePasswordBody(string CurrentPassword, string NewPassword);
