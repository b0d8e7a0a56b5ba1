using System.Security.Cryptography;
using System.Text.Json;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security;

/// <summary>
/// In Development, and only there, a missing key-encryption key is made once and kept in <c>data/encryption-keys.json</c>
/// below the working folder, readable by its owner alone.
/// </summary>
internal sealed class DevelopmentKeys(IHostEnvironment environment) : IPostConfigureOptions<EncryptionOptions>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public void PostConfigure(string? name, EncryptionOptions options)
    {
        if (!environment.IsDevelopment() || options.Keys.Count > 0)
            return;

        var path = Path.Combine(environment.ContentRootPath, "data", "encryption-keys.json");
        try
        {
            if (!File.Exists(path))
                Make(path);
            foreach (var key in JsonSerializer.Deserialize<EncryptionOptions>(File.ReadAllBytes(path), Json)?.Keys ?? [])
                options.Keys.Add(key);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new StartRefusedException(
                $"Encryption__Keys__0__Key is not given, and the file {path} that Development keeps one in cannot be used. Give a key, or see to the file.", failure);
        }
    }

    // Written aside and moved, so that no reader sees half a file; when two instances start at once the first one's stays.
    private static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{RandomNumberGenerator.GetHexString(8)}";
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyEncryptionKeys.KeyBytes));
        using (var stream = new FileStream(draft, file))
            JsonSerializer.Serialize(stream, new EncryptionOptions { Keys = [new() { Id = "development", Key = key }] }, Json);

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
