using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The step of plain OAuth 2.0 alone on the way to <see cref="ExternalOutcome"/>: the provider is asked for the user.</summary>
internal sealed class OAuth2Outcome(ExternalOutcome outcome, IOptions<ExternalSignInOptions> options) : OAuthEvents
{
    public override async Task CreatingTicket(OAuthCreatingTicketContext context)
    {
        var provider = options.Value.External.First(known => known.Scheme == context.Scheme.Name);
        using var user = await AskAsync(context, provider.UserInformationEndpoint!);
        context.RunClaimActions(user.RootElement);
        if (provider.UserEmailsEndpoint is not { Length: > 0 } address)
            return;

        // The list knows which address was proved, so what the profile said of addresses no longer counts.
        using var emails = await AskAsync(context, address);
        foreach (var claim in context.Identity!.FindAll(claim => claim.Type == provider.EmailClaim || claim.Type == provider.EmailVerifiedClaim).ToList())
            context.Identity.RemoveClaim(claim);
        var primary = emails.RootElement.EnumerateArray().FirstOrDefault(entry => IsTrue(entry, "primary"));
        if (primary.ValueKind != JsonValueKind.Object || primary.GetProperty("email").GetString() is not { } email)
            return;
        context.Identity.AddClaim(new Claim(provider.EmailClaim, email));
        context.Identity.AddClaim(new Claim(provider.EmailVerifiedClaim, IsTrue(primary, "verified") ? "true" : "false"));
    }

    public override Task TicketReceived(TicketReceivedContext context) => outcome.SucceedAsync(context);

    public override Task AccessDenied(AccessDeniedContext context) => outcome.DenyAsync(context);

    public override Task RemoteFailure(RemoteFailureContext context) =>
        outcome.FailAsync(context, ((OAuthOptions)context.Options).StateDataFormat);

    private static bool IsTrue(JsonElement entry, string member) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.True;

    private static async Task<JsonDocument> AskAsync(OAuthCreatingTicketContext context, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
        request.Headers.Accept.ParseAdd(MediaTypeNames.Application.Json);
        var aborted = context.HttpContext.RequestAborted;
        using var response = await context.Backchannel.SendAsync(request, aborted);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(aborted);
        return await JsonDocument.ParseAsync(body, default, aborted);
    }
}
