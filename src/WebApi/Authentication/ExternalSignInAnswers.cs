using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Users;
using CleanLlm.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanLlm.WebApi.Authentication;

/// <summary>
/// Sends a browser that comes back from a provider to its front end, with a one-time code or with the reason why there is none; one that
/// began nothing here, or wants to go where the list no longer allows, gets a problem document.
/// </summary>
internal sealed class ExternalSignInAnswers(IMediator mediator, IExternalProviders providers, IHttpContextAccessor accessor) : IExternalSignInAnswers
{
    private HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("Only a request can be answered.");

    public async Task SucceedAsync(ExternalIdentity identity, string returnUrl)
    {
        var code = await mediator.Send(new IssueExternalCode(identity), Http.RequestAborted);
        await RedirectAsync(returnUrl, "code", code.Value);
    }

    public Task FailAsync(string? returnUrl, bool denied) =>
        RedirectAsync(returnUrl, "error", denied ? "access_denied" : "external_failed");

    private async Task RedirectAsync(string? returnUrl, string name, string value)
    {
        if (!ReturnUrls.Allow(providers.ReturnUrls, returnUrl))
        {
            await AuthErrors.ExternalFailed.ToProblem().ExecuteAsync(Http);
            return;
        }

        Http.Response.Headers["Referrer-Policy"] = "no-referrer";
        Http.Response.Redirect(QueryHelpers.AddQueryString(returnUrl!, name, value));
    }
}
