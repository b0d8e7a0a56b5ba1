namespace CleanLlm.Infrastructure.Identity;

/// <summary>The signing keys are not known and cannot be read, so that no token can be judged.</summary>
internal sealed class SigningKeysUnavailableException(Exception fault) : Exception("The signing keys cannot be read.", fault);
