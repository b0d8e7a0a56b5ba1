using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Security.DataProtection;

/// <summary>Encrypts the keys of the ring under the key-encryption key.</summary>
internal sealed class KeyRingEncryptor(KeyWrap wrap) : IXmlEncryptor
{
    /// <summary>Where the keys belong, for <see cref="KeyWrap"/>.</summary>
    public const string Purpose = "data_protection_keys|xml";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var wrapped = wrap.Wrap(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)), Purpose);
        return new EncryptedXmlInfo(new XElement("wrapped", Convert.ToBase64String(wrapped)), typeof(KeyRingDecryptor));
    }
}

/// <summary>Decrypts what <see cref="KeyRingEncryptor"/> made; the framework finds it by its name in the XML.</summary>
internal sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var wrapped = Convert.FromBase64String(encryptedElement.Value);
        return XElement.Parse(Encoding.UTF8.GetString(services.GetRequiredService<KeyWrap>().Unwrap(wrapped, KeyRingEncryptor.Purpose)));
    }
}
