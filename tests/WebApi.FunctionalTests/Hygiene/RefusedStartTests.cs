using System.Security.Cryptography;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>What the built program does not start with in Production: it ends, says which setting is wrong, and prints no secret.</summary>
public sealed class RefusedStartTests
{
    private const string Id = "Encryption:Keys:0:Id";
    private const string Key = "Encryption:Keys:0:Key";

    private static readonly string Good = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Ascending = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static IEnumerable<TestCaseData> Settings()
    {
        yield return Case("no key at all", "Encryption:Keys:0:Key are missing");
        yield return Case("a key without its bytes", "Encryption:Keys:0:Key must be", (Id, "1"));
        yield return Case("a key without its id", "Encryption:Keys:0:Id must have", (Key, Good));
        yield return Case("an empty key", "Encryption:Keys:0:Key must be", (Id, "1"), (Key, ""));
        yield return Case("a key of 16 bytes", "exactly 32 bytes", (Id, "1"), (Key, "q83vASNFZ4mrze8BI0VniQ=="));
        yield return Case("a key that is no base64", "exactly 32 bytes", (Id, "1"), (Key, "change-me-change-me-change-me-now"));
        yield return Case("a key of zeros", "is a placeholder", (Id, "1"), (Key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        yield return Case("a key that counts", "is a placeholder", (Id, "1"), (Key, Ascending));
        yield return Case("a key that was typed", "is a placeholder", (Id, "1"), (Key, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
        yield return Case("a key of a repeated word", "is a placeholder", (Id, "1"), (Key, "c2VjcmV0/3NlY3JldP9zZWNyZXT/c2VjcmV0/3NlY3I="));
        yield return Case("a bad key after a good one", "Encryption:Keys:1:Key", (Id, "1"), (Key, Good), ("Encryption:Keys:1:Id", "2"), ("Encryption:Keys:1:Key", "c2hvcnQ="));
        yield return Case("two keys of one id", "an Id of its own", (Id, "1"), (Key, Good), ("Encryption:Keys:1:Id", "1"), ("Encryption:Keys:1:Key", Good));
        yield return Case("every origin", "Cors:Origins:0", (Id, "1"), (Key, Good), ("Cors:Origins:0", "*"));
        yield return Case("an origin with a path", "Cors:Origins:0", (Id, "1"), (Key, Good), ("Cors:Origins:0", "https://app.example.com/"));
        yield return Case("every proxy", "Http:TrustedProxies:0", (Id, "1"), (Key, Good), ("Http:TrustedProxies:0", "0.0.0.0/0"));
        yield return Case("a proxy by name", "Http:TrustedProxies:0", (Id, "1"), (Key, Good), ("Http:TrustedProxies:0", "proxy.internal"));
    }

    [TestCaseSource(nameof(Settings))]
    public async Task InProduction_TheProgramDoesNotStart(string reason, (string Name, string Value)[] settings)
    {
        var run = await ProgramRun.InProductionAsync(settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal));

        run.ExitCode.Should().NotBe(0);
        run.Output.Should().Contain(reason);
        foreach (var (name, secret) in settings.Where(setting => setting.Name.EndsWith(":Key", StringComparison.Ordinal) && setting.Value.Length > 0))
            run.Output.Should().NotContain(secret, name);
        var said = run.Output.Split('\n').First(line => line.Contains(reason, StringComparison.Ordinal));
        await TestContext.Out.WriteLineAsync($"exit {run.ExitCode}: {said[..Math.Min(said.Length, 300)].Trim()}");
    }

    private static TestCaseData Case(string what, string reason, params (string, string)[] settings) =>
        new TestCaseData(reason, settings).SetName($"{{m}}({what})");
}
