using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

/// <summary>Ordinary text with numbers in it is sent as it is.</summary>
internal sealed class FalseFriendTests
{
    [TestCase("commit e83c5163316f89bfbde7d9ab23ca2e25604af290, short 1a2b3c4")]
    [TestCase("md5 d41d8cd98f00b204e9800998ecf8427e")]
    [TestCase("sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase("550e8400-e29b-41d4-a716-446655440000")]
    [TestCase("01890a5d-ac96-774b-bcce-b302099a8057")]
    [TestCase("Order #1234567890, invoice 2024-001234, ticket 12345678")]
    [TestCase("ISBN 9783161484100 or 978-0-306-40615-7")]
    [TestCase("On 2024-01-15 at 08:30:00, 15/01/2024, 15.1.24, 20240115T103000")]
    [TestCase("$1,234.56, 1.234.567,89 €, 1 234 567,00 and 99.99")]
    [TestCase("52.520008, 13.404954 and -33.8688197 151.2092955")]
    [TestCase("#ff8800 #1234567 rgb(255, 128, 0)")]
    [TestCase("Part 555-0100-22, model XR-2000-1234, SKU 100-2000-30")]
    [TestCase("chat 812345678901234567 of guild 1098765432109876543")]
    [TestCase(".NET 10.0.401, Python 3.12.1, 1.2.3.4, v2.10.0-beta.11")]
    [TestCase("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==")]
    [TestCase("for (i = 0; i < 1000000; i++) sum += 3.14159265358979;")]
    [TestCase("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")]
    [TestCase("| 100 | 2000 | 30000 | 400000 |")]
    [TestCase("0x7fffffff 0b101010 1e10 6.022e23")]
    [TestCase("In 1998 2004 2012 2020 it grew by 12 34 56 percent")]
    [TestCase("99 of 100000000 in 10 years, 1-800 words, 24/7, 3/4")]
    [TestCase("max_tokens=4096, temperature: 0.7, tokens: 12345678")]
    [TestCase("<div class=\"sk-loading-spinner-large-container\">")]
    [TestCase("task-management-system-with-many-words")]
    [TestCase("The password must be at least 8 characters long.")]
    [TestCase("Forgot your password? The password is incorrect")]
    [TestCase("public string Password { get; set; } password: string;")]
    [TestCase("password = getPassword(user); var token = request.headers.token;")]
    [TestCase("API_KEY=${API_KEY} password=<your password> token: {{token}} secret=$SECRET pwd=/home/ann")]
    [TestCase("api_key: YOUR_API_KEY, sk-your-key-goes-here-please, password: ********")]
    [TestCase("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")]
    [TestCase("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----")]
    [TestCase("https://example.com:8080/a@b/c?x=1#y and ssh://git@github.com/a.git")]
    [TestCase("postgres://user:${PASSWORD}@db/x and https://user:@example.com")]
    [TestCase("The secretary has a secret: she tokenizes passwords in tokens.")]
    [TestCase("use a Bearer token for authorization, such as Basic authentication")]
    [TestCase("secret: rotate keys today, token: somelongname-withoutdigits, api_key=aaaaaaaaaaaa1")]
    [TestCase("token_type: bearer1234, token_expires_at: 2024-01-15T10:30:00Z, secret_name: db-prod-7781")]
    public void Text_WithNumbersAndNames_Stays(string text)
    {
        Pii(text).Should().Be(text);
        Secrets(text).Should().Be(text);
    }
}
