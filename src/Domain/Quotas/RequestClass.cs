namespace CleanLlm.Domain.Quotas;

/// <summary>What requests have a common rate.</summary>
public enum RequestClass
{
    /// <summary>A request that only reads.</summary>
    Read,

    /// <summary>A request that changes something.</summary>
    Write,

    /// <summary>A request that asks a model.</summary>
    Completion,

    /// <summary>A request that costs much: it hashes a password, issues a secret, or reads or removes all that is stored of a user.</summary>
    Costly,
}
