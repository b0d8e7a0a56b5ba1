using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Callers;

/// <summary>The session whose access token the request being handled carries.</summary>
public interface ICurrentSession
{
    /// <summary>Null when the credential belongs to no session.</summary>
    SessionId? Id { get; }
}
