namespace CleanLlm.Testing.OpenId;

/// <summary>The user that a provider of the tests names.</summary>
/// <param name="Subject">Names them at the provider.</param>
/// <param name="Email">Their address, if the provider gives one.</param>
/// <param name="EmailVerified">Whether the provider says that it is theirs.</param>
public sealed record ExternalPerson(string Subject, string? Email, bool EmailVerified = true)
{
    /// <summary>What they are called.</summary>
    public string Name { get; init; } = "Ada";
}
