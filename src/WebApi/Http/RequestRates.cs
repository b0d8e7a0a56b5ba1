using System.Security.Claims;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Limits how often a user calls, by class of request, before anything of the body is read. The rates are those of the user's plan, which is
/// kept in memory for seconds, and where it says nothing those of the section <c>RateLimiting</c>.
/// </summary>
internal sealed class RequestRates(IRateLimiter limiter, IPlanLookup plans, IOptions<RateLimitingOptions> options, TimeProvider clock)
{
    // By class, so that a request makes no texts.
    private static readonly string[] OfUser = [.. Enum.GetNames<RequestClass>().Select(name => "user-" + name.ToLowerInvariant())];
    private static readonly string[] OfKey = [.. Enum.GetNames<RequestClass>().Select(name => "key-" + name.ToLowerInvariant())];

    /// <summary>Lets the request through when there is a permit for it, in the user's bucket and in that of their key.</summary>
    public async Task LimitAsync(HttpContext http, RequestDelegate next)
    {
        if (ClassOf(http) is { } requests
            && Guid.TryParse(http.User.FindFirstValue(JwtRegisteredClaimNames.Sub), out var id)
            && await plans.PlanOfAsync(new UserId(id), http.RequestAborted) is { } plan)
        {
            var rate = plan.RateOf(requests) ?? options.Value.RateOf(requests);
            var buckets = Buckets(rate, id, http.Features.Get<ApiKeyAccess>());
            if (await limiter.TakeAsync(buckets, http.RequestAborted) is { } refusal)
            {
                var limit = buckets[refusal.Index].Limit;
                await RateRefusals.WriteAsync(http, limit, refusal.Index == 0 ? "user" : "key", refusal.Wait, clock.GetUtcNow());
                return;
            }
        }

        await next(http);
    }

    private static RateBucket[] Buckets(RequestRate rate, Guid user, ApiKeyAccess? key)
    {
        var ofUser = new RateBucket(Limit(OfUser, rate.Class, rate.PerMinute), user.ToString());
        return key is not null && rate.PerMinuteOfKey is { } most
            ? [ofUser, new RateBucket(Limit(OfKey, rate.Class, most), key.Id.ToString())]
            : [ofUser];
    }

    private static RateLimit Limit(string[] names, RequestClass requests, int perMinute) =>
        new(names[(int)requests], perMinute, TimeSpan.FromTicks(TimeSpan.TicksPerMinute / perMinute));

    // Null for unknown routes, and for routes that need no sign-in: these have the limits of addresses.
    private static RequestClass? ClassOf(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata is not { } metadata || metadata.GetMetadata<IAllowAnonymous>() is not null)
            return null;
        if (metadata.GetMetadata<ClassOfRequests>() is { } marked)
            return marked.Class;
        return HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? RequestClass.Read : RequestClass.Write;
    }
}
