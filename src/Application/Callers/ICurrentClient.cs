using CleanLlm.Domain.Sessions;

namespace CleanLlm.Application.Callers;

/// <summary>From where the request being handled comes.</summary>
public interface ICurrentClient
{
    /// <summary>Its address, as seen through the configured proxies only, and what it calls itself.</summary>
    SessionClient Client { get; }
}
