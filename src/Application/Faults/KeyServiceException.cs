namespace CleanLlm.Application.Faults;

/// <summary>The key management service cannot be asked at the moment: what needs a key that is not in memory has to wait.</summary>
public sealed class KeyServiceException : Exception
{
    /// <param name="message">What went wrong; never a key.</param>
    /// <param name="cause">What was thrown; null when nothing was.</param>
    public KeyServiceException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
