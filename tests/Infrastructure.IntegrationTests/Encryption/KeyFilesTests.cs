using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Encryption;

/// <summary>A key-encryption key in a file, as an orchestrator mounts a secret.</summary>
internal sealed class KeyFilesTests
{
    [Test]
    public async Task AKey_IsReadFromItsFile_AndOthersAreLeftAsTheyAre()
    {
        var (first, second) = (EncryptionKeys.New("first"), EncryptionKeys.New("second"));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"{first.Key}\n");
            var options = new EncryptionOptions { Keys = [first with { Key = "", File = file }, second] };

            new KeyFiles().PostConfigure(name: null, options);

            options.Keys.Select(key => key.Key).Should().Equal(first.Key, second.Key);
            new EncryptionOptionsValidator().Validate(name: null, options).Should().Be(ValidateOptionsResult.Success);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
