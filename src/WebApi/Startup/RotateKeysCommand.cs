using CleanLlm.Application.Administration;

namespace CleanLlm.WebApi.Startup;

/// <summary>
/// The command <c>rotate-keys</c>: brings all that is stored under the current key-encryption key, beside running instances, and ends. It can be broken
/// off, and goes on when it is given again.
/// </summary>
internal static class RotateKeysCommand
{
    // A pass closes a column only when it finds no plain text in it, so that the last one finds nothing to do.
    private const int MostPasses = 3;

    /// <summary>Whether the program was started for it.</summary>
    public static bool IsGiven(string[] args) => args is ["rotate-keys", ..];

    /// <summary>Does all there is to do, and tells how far it has come.</summary>
    /// <param name="app">As it was built; it is not started.</param>
    /// <param name="output">Is told.</param>
    /// <param name="ct">Breaks it off.</param>
    /// <returns>The exit code: 1 when something could not be brought under the key.</returns>
    public static async Task<int> RunAsync(WebApplication app, TextWriter output, CancellationToken ct)
    {
        await using var built = app;
        var encryption = app.Services.GetRequiredService<IContentEncryption>();
        var (all, last) = (EncryptionPass.Nothing, EncryptionPass.Nothing);
        for (var i = 0; i < MostPasses; i++)
        {
            last = await encryption.RunAsync(ct);
            all += last with { Failed = 0 };
            if (last == EncryptionPass.Nothing)
                break;
        }

        var status = await encryption.StatusAsync(ct);
        output.WriteLine($"Key '{status.CurrentKeyId}': {all.Rewrapped} data keys were wrapped again and {all.Encrypted} values encrypted.");
        foreach (var key in status.DataKeys)
            output.WriteLine($"Key '{key.KeyId}' has wrapped {key.Count} data keys.");
        if (status.PlainColumns.Count > 0)
            output.WriteLine($"Plain text may still be in {string.Join(", ", status.PlainColumns)}.");
        if (last.Failed == 0)
            return 0;
        output.WriteLine($"{last.Failed} data keys or values cannot be brought under the key: a key is missing, or they were changed.");
        return StartFailure.ExitCode;
    }
}
