namespace CleanLlm.WebApi.Http;

/// <summary>Why a body was refused while it was read. What reads it knows the status only; the problem document says this.</summary>
/// <param name="Status">The status of the refusal.</param>
/// <param name="Detail">One sentence for the caller.</param>
/// <param name="AcceptEncoding">Which content codings are taken, when one that is not was the reason (RFC 7694, 3); null otherwise.</param>
internal sealed record BodyFault(int Status, string Detail, string? AcceptEncoding = null)
{
    /// <summary>What to throw.</summary>
    public BadHttpRequestException In(HttpContext http)
    {
        http.Features.Set(this);
        return new BadHttpRequestException(Detail, Status);
    }

    /// <summary>The reason of a refusal with this status; null when it has none of its own.</summary>
    public static BodyFault? Of(HttpContext http, int status) => http.Features.Get<BodyFault>() is { } fault && fault.Status == status ? fault : null;
}
