using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity.External;
using CleanLlm.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanLlm.WebApi.Authentication;

/// <summary>
/// Sends a browser that comes back from a provider to its front end, with a one-time code or with the reason why there is none; one that
/// began nothing here, or wants to go where the list no longer allows, gets a problem document.
/// </summary>
internal sealed class ExternalSignInAnswers(IMediator mediator, IExternalProviders providers) : IExternalSignInAnswers
{
    public async Task SucceedAsync(HttpContext http, ExternalIdentity identity, string returnUrl)
    {
        var code = await mediator.Send(new IssueExternalCode(identity), http.RequestAborted);
        await RedirectAsync(http, returnUrl, "code", code.Value);
    }

    public Task FailAsync(HttpContext http, string? returnUrl, bool denied) =>
        RedirectAsync(http, returnUrl, "error", denied ? "access_denied" : "external_failed");

    private async Task RedirectAsync(HttpContext http, string? returnUrl, string name, string value)
    {
        if (!ReturnUrls.Allow(providers.ReturnUrls, returnUrl))
        {
            await AuthErrors.ExternalFailed.ToProblem().ExecuteAsync(http);
            return;
        }

        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Redirect(QueryHelpers.AddQueryString(returnUrl!, name, value));
    }
}
