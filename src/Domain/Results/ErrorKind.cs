namespace CleanLlm.Domain.Results;

/// <summary>The kind of expected failure that an <see cref="Error"/> is; each kind has one HTTP status (docs/architecture.md).</summary>
public enum ErrorKind
{
    /// <summary>The request cannot be read (400).</summary>
    Malformed,

    /// <summary>No or a bad credential (401).</summary>
    Unauthenticated,

    /// <summary>A known caller without the right (403).</summary>
    Forbidden,

    /// <summary>Absent, or another user's (404).</summary>
    NotFound,

    /// <summary>It contradicts what is stored (409).</summary>
    Conflict,

    /// <summary>It is larger than what it is for can take (413).</summary>
    TooLarge,

    /// <summary>It breaks a rule on its values (422).</summary>
    Invalid,

    /// <summary>A rate limit or a quota is spent (429).</summary>
    LimitExceeded,

    /// <summary>The AI service answered badly (502).</summary>
    BadGateway,

    /// <summary>A dependency is down or overloaded (503).</summary>
    Unavailable,

    /// <summary>The AI service was too slow (504).</summary>
    Timeout,

    /// <summary>A fault of ours (500).</summary>
    Unexpected,
}
