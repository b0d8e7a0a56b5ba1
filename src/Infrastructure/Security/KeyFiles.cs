using CleanLlm.Application.Settings;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Reads the keys that are given as files, such as mounted secrets.</summary>
internal sealed class KeyFiles : IPostConfigureOptions<EncryptionOptions>
{
    public void PostConfigure(string? name, EncryptionOptions options)
    {
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (options.Keys[i] is not { File.Length: > 0 } key)
                continue;
            if (key.Key.Length > 0)
                throw new StartRefusedException($"Encryption__Keys__{i}: give either Key or File.");
            options.Keys[i] = key with { Key = Read(i, key.File) };
        }
    }

    private static string Read(int index, string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"Encryption__Keys__{index}__File cannot be read: {failure.Message}", failure);
        }
    }
}
