using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MimeKit;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Writes mails as <c>.eml</c> files that any mail program opens; readable by their owner alone, as they hold tokens.</summary>
internal sealed class OutboxTransport(IOptions<EmailDeliveryOptions> options, IHostEnvironment environment, TimeProvider clock) : IEmailTransport
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    public async Task SendAsync(MimeMessage mail, CancellationToken ct)
    {
        var folder = Path.Combine(environment.ContentRootPath, options.Value.OutboxFolder);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnersFolder);

        // Written aside and moved, so that no reader sees half a mail.
        var now = clock.GetUtcNow();
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd'T'HHmmss'Z'}-{Guid.CreateVersion7(now):n}.eml"));
        var draft = path + ".draft";
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = OwnersFile;
        await using (var stream = new FileStream(draft, file))
            await mail.WriteToAsync(stream, ct);
        File.Move(draft, path);
    }
}
