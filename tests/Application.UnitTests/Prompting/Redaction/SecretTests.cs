using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

/// <summary>Keys of known form. Each is in two parts here, so that scanners of repositories take it for what it is: an example.</summary>
internal sealed class SecretTests
{
    private const string Body = "4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5xR0wKf6s";
    private const string HexBody = "0123456789abcdef0123456789abcdef";

    [TestCase("sk-", Body)]
    [TestCase("sk-proj-", Body)]
    [TestCase("sk-ant-api03-", Body)]
    [TestCase("AKIA", "IOSFODNN7EXAMPLE")]
    [TestCase("ASIA", "IOSFODNN7EXAMPLE")]
    [TestCase("ghp_", "4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5xR0w")]
    [TestCase("github_pat_", Body)]
    [TestCase("glpat-", "4eC39HqLyjWDarjtT1zd")]
    [TestCase("xoxb-", "123456789012-4eC39HqLyjWDarjtT1zd")]
    [TestCase("https://hooks.slack.com/services/", "T0000/B0000/4eC39HqLyjWDarjt")]
    [TestCase("sk_live_", Body)]
    [TestCase("rk_test_", Body)]
    [TestCase("AIza", "4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5xR0")]
    [TestCase("SK", HexBody)]
    [TestCase("SG.", "4eC39HqLyjWDarjtT1zdp7.dcB2vN8mQ5xR0wKf6s4eC39HqLyjWDarjtT1zdp7d")]
    [TestCase("npm_", Body)]
    [TestCase("pypi-", "AgEIcHlwaS5vcmcCJDRlQzM5SHFMeWpXRGFyanRUMXpkcDdkYw")]
    [TestCase("hf_", Body)]
    [TestCase("clk_", "4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5xR0wKf6s4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5")]
    [TestCase("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5xR0wKf6s")]
    [TestCase("110201543", ":AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0")]
    [TestCase("gsk_", Body)]
    [TestCase("dop_v1_", HexBody)]
    public void AKey_OfKnownForm_IsReplaced(string head, string body)
    {
        var sent = head.StartsWith("https", StringComparison.Ordinal) ? "https://<API_KEY_1>" : "<API_KEY_1>";

        Secrets(head + body).Should().Be(sent);
        Secrets($"use {head}{body}, or \"{head}{body}\".").Should().Be($"use {sent}, or \"{sent}\".");
    }

    [TestCase("ghp_", "short")]
    [TestCase("AKIA", "IOSFODNN7EXAMPL")]
    [TestCase("AKIA", "IOSFODNN7EXAMPLEX")]
    [TestCase("SK", "0123456789abcdef0123456789abcde")]
    [TestCase("sk-", "aaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("disk-", Body)]
    [TestCase("xghp_", Body)]
    [TestCase("eyJ", "hbGciOiJIUzI1NiJ9.")]
    public void WhatIsNoKey_Stays(string head, string body) => Secrets(head + body).Should().Be(head + body);

    [TestCase("password=hunter2", "password=<PASSWORD_1>")]
    [TestCase("PASSWORD: hunter2", "PASSWORD: <PASSWORD_1>")]
    [TestCase("password=letmein", "password=<PASSWORD_1>")]
    [TestCase("Password: letmein\nUser: bob", "Password: <PASSWORD_1>\nUser: bob")]
    [TestCase("{\"password\": \"hun,ter 2\"}", "{\"password\": \"<PASSWORD_1>\"}")]
    [TestCase("{\\\"password\\\":\\\"hunter2\\\"}", "{\\\"password\\\":\\\"<PASSWORD_1>\\\"}")]
    [TestCase("DB_PASSWORD='s3cr3t!'", "DB_PASSWORD='<PASSWORD_1>'")]
    [TestCase("PGPASSWORD=abc,def! psql", "PGPASSWORD=<PASSWORD_1> psql")]
    [TestCase("Server=db;User Id=sa;Password=Pa$$w0rd;Encrypt=True", "Server=db;User Id=sa;Password=<PASSWORD_1>;Encrypt=True")]
    [TestCase("Host=db;Pwd=abc1234;", "Host=db;Pwd=<PASSWORD_1>;")]
    [TestCase("/login?user=a&password=hunter2&x=1", "/login?user=a&password=<PASSWORD_1>&x=1")]
    [TestCase("<password>hunter2</password>", "<password><PASSWORD_1></password>")]
    [TestCase("mysql --password hunter2 db", "mysql --password <PASSWORD_1> db")]
    [TestCase("my password is hunter2, ok?", "my password is <PASSWORD_1>, ok?")]
    [TestCase("Mein Passwort lautet Sonne!23", "Mein Passwort lautet <PASSWORD_1>")]
    [TestCase("mot de passe : azerty123", "mot de passe : <PASSWORD_1>")]
    [TestCase("contraseña: clave99", "contraseña: <PASSWORD_1>")]
    [TestCase("пароль: qwerty12", "пароль: <PASSWORD_1>")]
    [TestCase("密码是abc12345", "密码是<PASSWORD_1>")]
    [TestCase("pass\u200Bword=hunter2", "pass\u200Bword=<PASSWORD_1>")]
    [TestCase("config['password'] = 'hunter2'", "config['password'] = '<PASSWORD_1>'")]
    public void APassword_IsReplaced(string text, string sent) => Secrets(text).Should().Be(sent);

    [TestCase("api_key: 9f8e7d6c5b4a3210", "api_key: <API_KEY_1>")]
    [TestCase("\"apiKey\": \"Zx81-Kq92-Lm03\"", "\"apiKey\": \"<API_KEY_1>\"")]
    [TestCase("Authorization: Bearer 0a1b2c3d4e5f6a7b8c9d", "Authorization: Bearer <API_KEY_1>")]
    [TestCase("-H 'Authorization: Basic dXNlcjpwYXNzd29yZDE='", "-H 'Authorization: Basic <API_KEY_1>'")]
    [TestCase("x-api-key: 9f8e7d6c5b4a3210", "x-api-key: <API_KEY_1>")]
    [TestCase("AccountName=x;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==;End=1", "AccountName=x;AccountKey=<API_KEY_1>;End=1")]
    [TestCase("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = <API_KEY_1>")]
    [TestCase("client_secret=abc~8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789", "client_secret=<API_KEY_1>")]
    [TestCase("curl -H \"Bearer 0a1b2c3d4e5f6a7b8c9d\"", "curl -H \"Bearer <API_KEY_1>\"")]
    [TestCase("?sv=2020&sig=abcd%2F1234efgh5678ijklmnop%3D&x=1", "?sv=2020&sig=<API_KEY_1>&x=1")]
    [TestCase("Cookie: sessionid=0a1b2c3d4e5f; theme=dark", "Cookie: sessionid=<API_KEY_1>; theme=dark")]
    [TestCase("--token 0a1b2c3d4e5f", "--token <API_KEY_1>")]
    public void AKey_ThatItsNameTells_IsReplaced(string text, string sent) => Secrets(text).Should().Be(sent);

    [Test]
    public void TheSecretBehindAKeyIdOfAws_IsReplacedToo() =>
        Secrets("AKIA" + "IOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").Should().Be("<API_KEY_1>,<API_KEY_2>");

    [TestCase("https://bob:s3cret@example.com/x", "https://<URL_CREDENTIAL_1>@example.com/x")]
    [TestCase("postgres://app:p@ss@db:5432/x", "postgres://<URL_CREDENTIAL_1>@db:5432/x")]
    [TestCase("redis://:abc@cache:6379", "redis://<URL_CREDENTIAL_1>@cache:6379")]
    [TestCase("mongodb+srv://a:b%40c@cluster.example.net", "mongodb+srv://<URL_CREDENTIAL_1>@cluster.example.net")]
    [TestCase("https://0a1b2c3d4e5f6a7b8c9d@github.com/a", "https://<URL_CREDENTIAL_1>@github.com/a")]
    public void ACredentialInAnAddress_IsReplaced_AndTheAddressStays(string text, string sent) => Secrets(text).Should().Be(sent);

    [TestCase("RSA PRIVATE KEY")]
    [TestCase("PRIVATE KEY")]
    [TestCase("EC PRIVATE KEY")]
    [TestCase("ENCRYPTED PRIVATE KEY")]
    [TestCase("OPENSSH PRIVATE KEY")]
    [TestCase("PGP PRIVATE KEY BLOCK")]
    public void APrivateKey_IsReplacedWhole(string label)
    {
        var key = $"-----BEGIN {label}-----\nMIIEow+/AB==\nq1w2e3r4\n-----END {label}-----";

        Secrets($"a\n{key}\nb").Should().Be("a\n<PRIVATE_KEY_1>\nb");
        Secrets($"{{\"key\":\"{key.Replace("\n", "\\n", StringComparison.Ordinal)}\"}}").Should().Be("{\"key\":\"<PRIVATE_KEY_1>\"}");
        Secrets($"private_key = \"{key}\"").Should().Be("private_key = \"<PRIVATE_KEY_1>\"");
        Secrets(key[..^30]).Should().Be("<PRIVATE_KEY_1>", "what is cut off is a key all the same");
    }

    [Test]
    public void AKeyWithoutAnEnd_DoesNotHideTheNextOne()
    {
        const string Cut = "-----BEGIN PRIVATE KEY-----\nMIIB\n";

        Secrets(Cut + Cut + "-----END PRIVATE KEY-----\nx").Should().Be("<PRIVATE_KEY_1><PRIVATE_KEY_2>\nx");
    }

    [Test]
    public void KeysOfPuttyAndAge_AreReplaced()
    {
        Secrets("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00ff\nend").Should().Be("<PRIVATE_KEY_1>\nend");
        Secrets("AGE-SECRET-KEY-1" + "QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SXXXXXX.").Should().Be("<PRIVATE_KEY_1>.");
    }

    [Test]
    public void AKey_ThatIsGivenToAName_IsOneKey() =>
        Secrets("password: sk-" + Body + " and OPENAI_API_KEY=sk-" + Body).Should().Be("password: <API_KEY_1> and OPENAI_API_KEY=<API_KEY_1>");
}
