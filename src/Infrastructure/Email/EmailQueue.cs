using System.Threading.Channels;
using CleanLlm.Application.Email;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Mails in memory, on their way to <see cref="EmailSending"/>. Bounded: a mail server that is away must not fill the memory.</summary>
internal sealed partial class EmailQueue(IOptions<EmailDeliveryOptions> options, ILogger<EmailQueue> logger) : IEmailQueue
{
    private readonly Channel<EmailMessage> mails = Channel.CreateBounded<EmailMessage>(options.Value.QueueCapacity);

    public ChannelReader<EmailMessage> Reader => mails.Reader;

    public void Enqueue(EmailMessage message)
    {
        if (!mails.Writer.TryWrite(message))
            LogDropped(logger);
    }

    /// <summary>Takes no more mails; what is in it can still be read.</summary>
    public void Close() => mails.Writer.TryComplete();

    [LoggerMessage(LogLevel.Warning, "A mail was dropped: the queue is full or closed")]
    private static partial void LogDropped(ILogger logger);
}
