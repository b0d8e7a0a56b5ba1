using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>The largest body that an endpoint takes, where it is not the usual one.</summary>
/// <param name="Bytes">As it comes and once unpacked, in bytes.</param>
internal sealed record BodyLimit(long Bytes);

/// <summary>
/// Bodies end at their limit. The server itself takes more for a few seconds, and discards it: if it closed the connection on a client that still
/// sends, the client would often see a reset and not the refusal.
/// </summary>
internal static class BodyLimits
{
    /// <summary>What the server reads of a body at most, in bytes: twice the largest limit that can be set. Kestrel discards a body for five seconds at most.</summary>
    public const long MostRead = 128 * 1_024 * 1_024;

    /// <summary>Before anything reads a body.</summary>
    public static IApplicationBuilder UseBodyLimits(this IApplicationBuilder app)
    {
        var usual = new BodyLimit(app.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value.MaxBodyBytes);
        return app.Use((http, next) =>
        {
            var limit = http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? usual;
            http.Features.Set(limit);
            if (http.Request.ContentLength > limit.Bytes)
                http.Request.Body = new LimitedBody(http.Request.Body, most: -1);
            else if (http.Request.ContentLength is null && http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false)
                http.Request.Body = new LimitedBody(http.Request.Body, limit.Bytes);
            return next(http);
        });
    }

    /// <summary>The limit of this request's body, in bytes.</summary>
    public static long Of(HttpContext http) => http.Features.GetRequiredFeature<BodyLimit>().Bytes;

    private sealed class LimitedBody(Stream body, long most) : RequestBody
    {
        private long total;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = total > most ? 0 : await body.ReadAsync(buffer, cancellationToken);
            total += length;
            return total > most ? throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge) : length;
        }
    }
}
