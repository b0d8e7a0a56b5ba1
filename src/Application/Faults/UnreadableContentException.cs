namespace CleanLlm.Application.Faults;

/// <summary>Stored content cannot be read: its key is missing, or it was changed outside the program. Nothing of it is told.</summary>
public sealed class UnreadableContentException : Exception
{
    /// <param name="message">What cannot be read; never content.</param>
    /// <param name="cause">What was thrown; null when nothing was.</param>
    public UnreadableContentException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
