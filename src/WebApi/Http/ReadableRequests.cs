using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace CleanLlm.WebApi.Http;

/// <summary>Looks at what routing reads of a request: its address, and the type of its body.</summary>
internal static class ReadableRequests
{
    /// <summary>Before routing.</summary>
    public static IApplicationBuilder UseReadableRequests(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (!IsText(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
            return Problem.Of(StatusCodes.Status400BadRequest, "request.malformed", "The address holds bytes that are not UTF-8.", http).WriteAsync(http);

        // A body of no bytes has no type, whatever a client says of it by habit.
        if (http.Request.ContentLength == 0)
        {
            http.Request.ContentType = null;
            http.Request.Headers.ContentEncoding = default;
        }

        return next(http);
    });

    // The framework leaves escapes that are no UTF-8 as they are, or puts U+FFFD in their place: both are something else than was sent.
    private static bool IsText(string target)
    {
        if (!target.Contains('%', StringComparison.Ordinal))
            return true;

        var bytes = ArrayPool<byte>.Shared.Rent(target.Length);
        try
        {
            return Utf8.IsValid(bytes.AsSpan(0, Unescape(target, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static int Unescape(ReadOnlySpan<char> target, Span<byte> bytes)
    {
        var length = 0;
        for (var i = 0; i < target.Length; i++)
        {
            var isEscape = target[i] == '%' && i + 2 < target.Length && char.IsAsciiHexDigit(target[i + 1]) && char.IsAsciiHexDigit(target[i + 2]);
            bytes[length++] = isEscape ? byte.Parse(target.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : (byte)target[i];
            i += isEscape ? 2 : 0;
        }

        return length;
    }
}
