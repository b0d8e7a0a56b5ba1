using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>What OpenID Connect has of its own on the way to <see cref="ExternalOutcome"/>.</summary>
internal sealed class OpenIdConnectOutcome(ExternalOutcome outcome) : OpenIdConnectEvents
{
    /// <summary>An answer that names its issuer names the right one (RFC 9207): else it belongs to another provider's sign-in.</summary>
    public override Task AuthorizationCodeReceived(AuthorizationCodeReceivedContext context)
    {
        if (context.ProtocolMessage.Iss is { Length: > 0 } issuer && issuer != outcome.ProviderOf(context.Scheme).ExpectedIssuer)
            context.Fail("The answer comes from another issuer.");
        return Task.CompletedTask;
    }

    /// <summary>A token for several audiences, or made for another party, is ours only if it says so (OpenID Connect Core 1.0, 3.1.3.7).</summary>
    public override Task TokenValidated(TokenValidatedContext context)
    {
        var authorized = context.Principal?.FindAll(JwtRegisteredClaimNames.Azp).Select(claim => claim.Value).ToList() ?? [];
        var audiences = context.Principal?.FindAll(JwtRegisteredClaimNames.Aud).Count() ?? 0;
        if (authorized.Exists(party => party != context.Options.ClientId) || (audiences > 1 && authorized.Count == 0))
            context.Fail("The token was made for another party.");
        return Task.CompletedTask;
    }

    public override Task TicketReceived(TicketReceivedContext context) => outcome.SucceedAsync(context);

    public override Task AccessDenied(AccessDeniedContext context) => outcome.DenyAsync(context);

    public override Task RemoteFailure(RemoteFailureContext context) =>
        outcome.FailAsync(context, ((OpenIdConnectOptions)context.Options).StateDataFormat);
}
