using System.Text.RegularExpressions;
using CleanLlm.Application.Accounts.External;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The end of every sign-in elsewhere, whatever the protocol. Nothing that the provider wrote is shown or logged.</summary>
internal sealed partial class ExternalOutcome(
    IExternalSignInAnswers answers, IOptions<ExternalSignInOptions> options, ILogger<ExternalOutcome> logger)
{
    /// <summary>The settings of the provider that a scheme speaks to.</summary>
    public ExternalProviderOptions ProviderOf(AuthenticationScheme scheme) =>
        options.Value.External.First(provider => provider.Scheme == scheme.Name);

    /// <summary>There is a ticket: the framework has found the answer to be right.</summary>
    public async Task SucceedAsync(TicketReceivedContext context)
    {
        var identity = ExternalClaims.Read(ProviderOf(context.Scheme), context.Principal);
        if (identity.IsSuccess && context.ReturnUri is { } returnUrl)
            await answers.SucceedAsync(identity.Value, returnUrl);
        else
            await FailAsync(context.Scheme, context.ReturnUri, "no subject", denied: false);
        context.HandleResponse();
    }

    /// <summary>The user said no.</summary>
    public async Task DenyAsync(AccessDeniedContext context)
    {
        await FailAsync(context.Scheme, context.Properties?.RedirectUri, "access denied", denied: true);
        context.HandleResponse();
    }

    /// <summary>The answer is not acceptable.</summary>
    /// <param name="context">What happened.</param>
    /// <param name="state">Reads the state of the request, which the framework drops together with what it throws.</param>
    public async Task FailAsync(RemoteFailureContext context, ISecureDataFormat<AuthenticationProperties> state)
    {
        var properties = context.Properties ?? state.Unprotect(context.Request.Query["state"]);
        var failure = $"{context.Failure?.GetType().Name} {context.Failure?.InnerException?.GetType().Name} {ErrorOf(context.Failure)}".Trim();
        await FailAsync(context.Scheme, properties?.RedirectUri, failure, denied: false);
        context.HandleResponse();
    }

    private Task FailAsync(AuthenticationScheme scheme, string? returnUrl, string failure, bool denied)
    {
        LogFailed(ProviderOf(scheme).Name, failure);
        return answers.FailAsync(returnUrl, denied);
    }

    // Such as invalid_client, without which an operator would not find a wrong secret; but no free text.
    private static string ErrorOf(Exception? failure) =>
        failure?.Data["error"] is string error && ErrorCode().IsMatch(error) ? error : "";

    [GeneratedRegex("^[a-z_]{1,40}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex ErrorCode();

    [LoggerMessage(LogLevel.Warning, "A sign-in at {Provider} failed: {Failure}")]
    private partial void LogFailed(string provider, string failure);
}
