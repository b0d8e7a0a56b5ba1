namespace CleanLlm.Domain.Sessions;

/// <summary>From where somebody acts.</summary>
/// <param name="Address">The network address; null when it is not known.</param>
/// <param name="Device">What the program in their hands calls itself; null when it does not.</param>
public readonly record struct SessionClient(string? Address, string? Device);
