namespace CleanLlm.Application.Callers;

/// <summary>The payer that the work of the present request is counted for, where callers share something scarce.</summary>
public interface ICurrentPayer
{
    /// <summary>The signed-in user, also of an API key; without one the network that the request comes from.</summary>
    string Key { get; }
}
