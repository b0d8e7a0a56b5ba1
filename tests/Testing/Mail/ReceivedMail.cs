namespace CleanLlm.Testing.Mail;

/// <summary>What a mail server was given.</summary>
/// <param name="From">The envelope's sender.</param>
/// <param name="To">The envelope's recipient.</param>
/// <param name="Data">The mail, headers and body, as it came.</param>
public sealed record ReceivedMail(string From, string To, string Data);
