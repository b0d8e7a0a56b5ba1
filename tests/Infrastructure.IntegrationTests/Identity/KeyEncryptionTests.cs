using System.Security.Cryptography;
using CleanLlm.Infrastructure.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

internal sealed class KeyEncryptionTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    [Test]
    public void AWrappedKey_OpensForItsPurposeOnly()
    {
        var wrap = Wrap(("a", AccountsHost.KeyA));
        var wrapped = wrap.Wrap(Secret, "data_keys|1|key");

        wrap.Unwrap(wrapped, "data_keys|1|key").Should().Equal(Secret);
        wrap.Invoking(w => w.Unwrap(wrapped, "data_keys|2|key")).Should().Throw<CryptographicException>();
        wrap.Wrap(Secret, "data_keys|1|key").Should().NotEqual(wrapped, "the nonce is random");
    }

    [Test]
    public void AWrappedKey_WithAnyBitFlipped_IsRefused()
    {
        var wrap = Wrap(("a", AccountsHost.KeyA), ("b", AccountsHost.KeyB));
        var wrapped = wrap.Wrap(Secret, "p");

        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var flipped = wrapped.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            wrap.Invoking(w => w.Unwrap(flipped, "p")).Should().Throw<CryptographicException>($"bit {bit} was flipped");
        }
    }

    [Test]
    public void AWrappedKey_CutShort_IsRefused()
    {
        var wrap = Wrap(("a", AccountsHost.KeyA));
        var wrapped = wrap.Wrap(Secret, "p");

        for (var length = 0; length < wrapped.Length; length++)
            wrap.Invoking(w => w.Unwrap(wrapped.AsSpan(0, length), "p")).Should().Throw<CryptographicException>();
    }

    [Test]
    public void AfterRotation_TheOldKeyStillOpens_AndWhatItWrappedIsOutdated()
    {
        var old = Wrap(("a", AccountsHost.KeyA)).Wrap(Secret, "p");
        var rotated = Wrap(("b", AccountsHost.KeyB), ("a", AccountsHost.KeyA));

        rotated.Unwrap(old, "p").Should().Equal(Secret);
        rotated.IsOutdated(old).Should().BeTrue();
        rotated.IsOutdated(rotated.Wrap(Secret, "p")).Should().BeFalse();
        Wrap(("b", AccountsHost.KeyB)).Invoking(w => w.Unwrap(old, "p")).Should().Throw<CryptographicException>().WithMessage("*'a'*");
    }

    [TestCase("a", "", "*exactly 32 bytes*")]
    [TestCase("a", "not base64!", "*exactly 32 bytes*")]
    [TestCase("a", "AAECAwQFBgcICQoLDA0ODw==", "*exactly 32 bytes*")]
    [TestCase("a", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "*is a placeholder*")]
    [TestCase("a", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "*is a placeholder*")]
    [TestCase("a", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "*is a placeholder*")]
    [TestCase("", AccountsHost.KeyA, "*Id must have*")]
    [TestCase("caf\u00e9", AccountsHost.KeyA, "*Id must have*")]
    public void ABadKey_IsNamedAndExplained_ButNotPrinted(string id, string key, string message)
    {
        var result = Validate((id, key));

        result.FailureMessage.Should().Match(message).And.Contain("Encryption:Keys:0");
        if (key.Length > 0)
            result.FailureMessage.Should().NotContain(key);
    }

    [Test]
    public void MissingKeys_AndTwoOfOneId_AreRefused()
    {
        Validate().FailureMessage.Should().Contain("Encryption:Keys:0:Key");
        Validate(("a", AccountsHost.KeyA), ("a", AccountsHost.KeyB)).Failed.Should().BeTrue();
        Validate(("a", AccountsHost.KeyA), ("b", AccountsHost.KeyB)).Succeeded.Should().BeTrue();
    }

    [Test]
    public void InDevelopment_AKeyIsMadeOnce_ForItsOwnerOnly()
    {
        var root = Directory.CreateTempSubdirectory("cleanllm-keys-");
        try
        {
            var first = Develop(root.FullName, "Development");
            var second = Develop(root.FullName, "Development");

            first.Keys.Should().ContainSingle();
            second.Keys[0].Key.Should().Be(first.Keys[0].Key);
            new EncryptionOptionsValidator().Validate(null, first).Succeeded.Should().BeTrue();
            var file = root.GetFiles("*", SearchOption.AllDirectories).Should().ContainSingle().Subject;
            if (!OperatingSystem.IsWindows())
                File.GetUnixFileMode(file.FullName).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [TestCase("Production")]
    [TestCase("Staging")]
    public void OutsideDevelopment_NoKeyIsMade(string environment) =>
        Develop(Path.Combine(Path.GetTempPath(), "cleanllm-no-such-folder"), environment).Keys.Should().BeEmpty();

    private static EncryptionOptions Develop(string root, string name)
    {
        var environment = Substitute.For<IHostEnvironment>();
        environment.ContentRootPath.Returns(root);
        environment.EnvironmentName.Returns(name);
        var options = new EncryptionOptions();
        new DevelopmentKeys(environment).PostConfigure(null, options);
        return options;
    }

    private static ValidateOptionsResult Validate(params (string Id, string Key)[] keys) =>
        new EncryptionOptionsValidator().Validate(null, Settings(keys));

    private static KeyWrap Wrap(params (string Id, string Key)[] keys) => new(new KeyEncryptionKeys(Options.Create(Settings(keys))));

    private static EncryptionOptions Settings((string Id, string Key)[] keys) =>
        new() { Keys = [.. keys.Select(key => new EncryptionKeyOptions { Id = key.Id, Key = key.Key })] };
}
