using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Npgsql;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>Starts of the built program in Production: a refused one ends with exit code 1 and a line for each fault, and prints no secret.</summary>
public sealed class RefusedStartTests
{
    private const string Id = "Encryption:Keys:0:Id";
    private const string Key = "Encryption:Keys:0:Key";

    private static readonly string Good = SettingsCheck.Key;
    private static readonly string Ascending = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private string folder = null!;

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("cleanllm-start-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<TestCaseData> Keys()
    {
        yield return Case("no key at all", "Encryption__Keys__0__Key are missing");
        yield return Case("a key without its bytes", "Encryption__Keys__0__Key must be", (Id, "1"));
        yield return Case("a key without its id", "Encryption__Keys__0__Id must have", (Key, Good));
        yield return Case("an empty key", "Encryption__Keys__0__Key must be", (Id, "1"), (Key, ""));
        yield return Case("a key of 16 bytes", "exactly 32 bytes", (Id, "1"), (Key, "q83vASNFZ4mrze8BI0VniQ=="));
        yield return Case("a key that is no base64", "exactly 32 bytes", (Id, "1"), (Key, "change-me-change-me-change-me-now"));
        yield return Case("a key of zeros", "is a placeholder", (Id, "1"), (Key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        yield return Case("a key that counts", "is a placeholder", (Id, "1"), (Key, Ascending));
        yield return Case("a key that was typed", "is a placeholder", (Id, "1"), (Key, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
        yield return Case("a key of a repeated word", "is a placeholder", (Id, "1"), (Key, "c2VjcmV0/3NlY3JldP9zZWNyZXT/c2VjcmV0/3NlY3I="));
        yield return Case("a bad key after a good one", "Encryption__Keys__1__Key", (Id, "1"), (Key, Good), ("Encryption:Keys:1:Id", "2"), ("Encryption:Keys:1:Key", "c2hvcnQ="));
        yield return Case("a key twice", "Encryption__Keys__0: give either Key or File", (Id, "1"), (Key, Good), ("Encryption:Keys:0:File", "/run/key"));
        yield return Case("a key in a file that is not there", "Encryption__Keys__0__File cannot be read", (Id, "1"), ("Encryption:Keys:0:File", "/nowhere/key"));
        yield return Case("a key service without a token", "Encryption__Transit__Token is missing", (Id, "1"), (Key, Good), ("Encryption:Transit:Address", "https://keys.test"), ("Encryption:Transit:Key", "wrapping"));
        yield return Case("two keys of one id", "an Id of its own", (Id, "1"), (Key, Good), ("Encryption:Keys:1:Id", "1"), ("Encryption:Keys:1:Key", Good));
    }

    [TestCaseSource(nameof(Keys))]
    public void AKeyThatWillNotDo_IsRefused(string reason, (string Name, string? Value)[] settings)
    {
        var faults = SettingsCheck.FaultsOf(settings.Prepend(("Ai:Providers:0:Kind", "Simulated")));

        faults.Should().ContainSingle().Which.Should().Contain(reason);
        foreach (var secret in settings.Where(setting => setting.Name.EndsWith(":Key", StringComparison.Ordinal) && setting.Value!.Length > 0))
            faults[0].Should().NotContain(secret.Value);
    }

    [TestCase("Prompting:Content:Rules:0:Pattern", "(", "The Pattern of the rule 'r' cannot be used: ")]
    [TestCase("Prompting:Content:Rules:0:Words:0", "--", "Each of the Words of the rule 'r' must hold a letter or digit")]
    [TestCase("Prompting:Links:AllowedHosts:0", "https://example.com", "AllowedHosts must be names of hosts")]
    [TestCase("Prompting:AnswerSecrets:Kinds:0", "email", "Kinds must be of apiKey, privateKey, password and urlCredential.")]
    [TestCase("Prompting:Leak:Letters", "5", "Prompting__Leak__Letters (given: '5') must be from 40 to 1000")]
    public void AWrongRuleForAnswers_IsRefused_InOneLine(string name, string value, string reason)
    {
        (string, string?)[] settings = [(name, value), .. name.Contains(":Content:", StringComparison.Ordinal) ? [("Prompting:Content:Rules:0:Name", "r")] : Array.Empty<(string, string?)>()];

        SettingsCheck.FaultsOf([.. SettingsCheck.Enough, .. settings]).Should().ContainSingle().Which.Should().Contain(reason).And.NotContain("\n");
    }

    [Test]
    public async Task WrongSettings_StopTheProgram_ThoseThatTheHostItselfReadsToo()
    {
        var run = await ProgramRun.InProductionAsync(folder, [("Http:ShutdownSeconds", "soon"), ("Titles:Enabled", "yes"), ("Smtp:Pasword", "hunter2")]);

        ShouldRefuse(run, "Http__ShutdownSeconds (given: 'soon')", "Titles__Enabled (given: 'yes')", "Smtp__Pasword is no setting", "Encryption__Keys__0__Id", "Ai__Providers__0__BaseUrl");
        run.Output.Should().NotContain("hunter2");
        Directory.EnumerateFileSystemEntries(folder).Should().BeEmpty("nothing was done yet");
    }

    [Test]
    public async Task WrongSettingsOfTheFramework_StopTheProgram_WithoutAStackTrace()
    {
        var levels = await ProgramRun.InProductionAsync(folder, [.. SettingsCheck.Enough, ("Logging:LogLevel:Default", "Loud"), ("Logging:Console:LogLevel:CleanLlm", "9")]);
        ShouldRefuse(levels, "Logging__LogLevel__Default (given: 'Loud') must be one of Trace", "Logging__Console__LogLevel__CleanLlm (given: '9')");

        var other = await ProgramRun.InProductionAsync(folder, [.. SettingsCheck.Enough, ("Logging:Console:LogToStandardErrorThreshold", "never")]);
        ShouldRefuse(other, "Failed to convert configuration value 'never' at 'LogToStandardErrorThreshold'");
    }

    // The first run also shows what a good start logs, and that neither settings nor log depend on the folder it is started in.
    [Test]
    public async Task AnotherKey_IsRefused_ByADatabaseOfTheFirst()
    {
        var first = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough, output => output.SaysAsync("has started in"));
        first.ExitCode.Should().Be(0, first.Output);
        var line = JsonDocument.Parse(first.Output.Split('\n').First(line => line.Contains("has started in", StringComparison.Ordinal))).RootElement;
        line.GetProperty("Message").GetString().Should().MatchRegex(
            $"^CleanLlm \\S+ has started in Production: database SQLite [0-9.]+ at {Regex.Escape(Path.Combine(folder, "data", "cleanllm.db"))}; cache memory; providers simulated \\(Simulated\\)$");
        line.GetProperty("Timestamp").GetString().Should().MatchRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$");

        var other = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var second = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append((Key, other)));

        ShouldRefuse(second, "Encryption__Keys do not open the keys of this database. The configured key '1' is another than the one that wrapped");
        second.Output.Should().NotContain(other);
    }

    [Test]
    public async Task ADatabaseThatIsNotThere_OrNoDatabase_IsRefused()
    {
        var postgres = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = "no_such_database", Password = "hunter2" };
        var absent = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append(("ConnectionStrings:Postgres", postgres.ConnectionString)));
        ShouldRefuse(absent, "ConnectionStrings__Postgres: the database 'no_such_database' is not there. Make it with 'createdb --owner cleanllm no_such_database'");
        absent.Output.Should().NotContain("hunter2");

        (postgres.Host, postgres.Port) = ("127.0.0.1", LoopbackPort.Free());
        var unreachable = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append(("ConnectionStrings:Postgres", postgres.ConnectionString)));
        ShouldRefuse(unreachable, $"ConnectionStrings__Postgres: the server at tcp://127.0.0.1:{postgres.Port} cannot be used: Connection refused");

        var file = Path.Combine(folder, "notes.txt");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("This is no database. ", 100)));
        var text = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append(("ConnectionStrings:Sqlite", $"Data Source={file}")));
        ShouldRefuse(text, $"ConnectionStrings__Sqlite: the file {file} is no SQLite database");

        var below = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append(("ConnectionStrings:Sqlite", $"Data Source={file}/app.db")));
        ShouldRefuse(below, $"ConnectionStrings__Sqlite: the folder {file} is not there and cannot be made");
    }

    [Test]
    public async Task AnAddressThatCannotBeListenedOn_IsRefused()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        ShouldRefuse(await ListenAsync(("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")), $"ASPNETCORE_URLS or Kestrel__…: Failed to bind to address http://127.0.0.1:{port}: address already in use.");
        ShouldRefuse(await ListenAsync(("ASPNETCORE_URLS", "nonsense")), "ASPNETCORE_URLS or Kestrel__…: Invalid url: 'nonsense'");
        ShouldRefuse(
            await ListenAsync(("ASPNETCORE_URLS", "https://127.0.0.1:0"), ("Kestrel:Certificates:Default:Path", "/no/such.pfx")),
            "ASPNETCORE_URLS or Kestrel__…: the certificate cannot be read");
    }

    [Test]
    public async Task ASettingsFileThatIsNoJson_IsRefused_ByItsName()
    {
        var environment = $"Test{Guid.CreateVersion7():n}";
        var file = Path.Combine(ProgramRun.Folder, $"appsettings.{environment}.json");
        await File.WriteAllTextAsync(file, """{ "Completions": { "LeaseSeconds": 5, } """);
        try
        {
            var run = await ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Append(("ASPNETCORE_ENVIRONMENT", environment)));

            ShouldRefuse(run, $"Failed to load configuration from file '{file}'.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task SigTerm_WhileItStarts_EndsItQuietly()
    {
        // A server that accepts connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var postgres = $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Database=d;Username=u;Timeout=300";

        // Held until the program has ended: what is not referenced is closed by the garbage collector.
        TcpClient? held = null;

        var run = await ProgramRun.InProductionAsync(
            folder, SettingsCheck.Enough.Append(("ConnectionStrings:Postgres", postgres)), async _ => held = await silent.AcceptTcpClientAsync());

        held.Should().NotBeNull();
        held!.Dispose();
        run.ExitCode.Should().BeOneOf(0, 143);
        run.Output.Should().NotContain("Exception").And.NotContain("does not start");
    }

    private static void ShouldRefuse(ProgramRun run, params string[] beginnings)
    {
        run.ExitCode.Should().Be(1, run.Output);
        run.Output.Should().NotContain("   at ");
        run.Faults.Should().HaveCount(beginnings.Length, run.Output);
        foreach (var beginning in beginnings)
            run.Faults.Should().ContainSingle(fault => fault.StartsWith(beginning, StringComparison.Ordinal), run.Output);
    }

    private Task<ProgramRun> ListenAsync(params (string Name, string? Value)[] settings) =>
        ProgramRun.InProductionAsync(folder, SettingsCheck.Enough.Concat(settings));

    private static TestCaseData Case(string what, string reason, params (string, string?)[] settings) =>
        new TestCaseData(reason, settings).SetName($"{{m}}({what})");
}
