namespace CleanLlm.Application.Email;

/// <summary>Mail that is to be sent. Sending neither delays nor fails the use case: it happens in the background, and is retried.</summary>
public interface IEmailQueue
{
    /// <summary>Takes a mail in.</summary>
    void Enqueue(EmailMessage message);
}

/// <summary>A mail, as text and as HTML with the same content.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The plain-text part.</param>
/// <param name="Html">The HTML part.</param>
public sealed record EmailMessage(string To, string Subject, string Text, string Html)
{
    // A record would print the token inside.
    public override string ToString() => Subject;
}
