using System.Net;
using System.Security.Claims;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Authentication;

/// <summary>The caller as the verified credential of the HTTP request names them.</summary>
internal sealed class CurrentUser(IHttpContextAccessor accessor) : ICurrentUser, ICurrentSession, ICurrentClient, ICurrentApiKey, ICurrentPayer
{
    UserId ICurrentUser.Id => Read(JwtRegisteredClaimNames.Sub) is { } id
        ? new UserId(id)
        : throw new InvalidOperationException("A route that allows anonymous callers has no current user.");

    SessionId? ICurrentSession.Id => Read(JwtRegisteredClaimNames.Sid) is { } id ? new SessionId(id) : null;

    ApiKeyAccess? ICurrentApiKey.Key => accessor.HttpContext?.Features.Get<ApiKeyAccess>();

    SessionClient ICurrentClient.Client => accessor.HttpContext is { } http
        ? new SessionClient(AddressOf(http.Connection.RemoteIpAddress), http.Request.Headers.UserAgent)
        : default;

    string ICurrentPayer.Key => Read(JwtRegisteredClaimNames.Sub) is { } id
        ? $"user {id}"
        : $"network {((ICurrentClient)this).Client.Network}";

    // A socket of both families shows IPv4 as IPv6.
    private static string? AddressOf(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    private Guid? Read(string claim) => Guid.TryParse(accessor.HttpContext?.User.FindFirstValue(claim), out var id) ? id : null;
}
