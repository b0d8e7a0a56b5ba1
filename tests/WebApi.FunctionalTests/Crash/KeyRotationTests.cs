using System.Net;
using System.Security.Cryptography;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Crash;

/// <summary>The key-encryption key is replaced while two instances serve, and no read fails; afterwards the old key is not needed any more.</summary>
public sealed class KeyRotationTests
{
    private const int Users = 4;

    [Test]
    public async Task AKey_IsReplaced_WhileTwoInstancesServe_AndCanThenBeRemoved()
    {
        await using var database = await TestDatabases.CreateMigratedAsync(DatabaseKind.Postgres);
        await using var upstream = await ScriptedUpstream.StartAsync();
        var settings = await ApiSettings.ForAsync(database, upstream);
        var (former, next) = (NewKey("former"), NewKey("next"));
        // Both know the new key before one of them wraps with it.
        await using var one = await ProgramProcess.StartAsync(With(settings, former, next));
        await using var two = await ProgramProcess.StartAsync(With(settings, former, next));
        List<(ApiCaller Caller, string Chat)> chats = [];
        for (var i = 0; i < Users; i++)
        {
            var caller = new ApiCaller(two.Address);
            await caller.RegisterAsync();
            chats.Add((caller, await caller.OpenChatAsync($"title {i}")));
        }

        await two.TerminateAsync();
        (await two.ExitCodeAsync()).Should().Be(0);
        await using var renewed = await ProgramProcess.StartAsync(With(settings, next, former));
        using var rotated = new CancellationTokenSource();
        var readings = new[] { one, renewed }.Select(instance => ReadAsync(instance, chats, rotated.Token)).ToList();
        var (code, output) = await ProgramProcess.RunAsync(With(settings, next, former), "rotate-keys");
        await rotated.CancelAsync();
        code.Should().Be(0, output);
        output.Should().Contain("Key 'next' has wrapped").And.NotContain("Key 'former' has wrapped");
        foreach (var reading in readings)
            (await reading).Should().BePositive("it read beside the rotation");

        await one.TerminateAsync();
        (await one.ExitCodeAsync()).Should().Be(0);
        await using var last = await ProgramProcess.StartAsync(With(settings, next));
        using var after = new CancellationTokenSource();
        await after.CancelAsync();
        (await ReadAsync(last, chats, after.Token)).Should().Be(Users);
        chats.ForEach(chat => chat.Caller.Dispose());
    }

    // Reads all chats at least once, and goes on until it is told to stop; each read must succeed.
    private static async Task<int> ReadAsync(ProgramProcess instance, List<(ApiCaller Caller, string Chat)> chats, CancellationToken until)
    {
        var reads = 0;
        do
        {
            foreach (var (owner, chat) in chats)
            {
                using var caller = new ApiCaller(instance.Address);
                caller.Authorize(owner.Credential!.Scheme, owner.Credential.Parameter!);
                var answer = await caller.GetAsync($"/api/v1/chats/{chat}");
                answer.Status.Should().Be(HttpStatusCode.OK);
                answer.Text("title").Should().StartWith("title ");
                reads++;
            }
        }
        while (!until.IsCancellationRequested);
        return reads;
    }

    private static (string Id, string Key) NewKey(string id) => (id, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> settings, params (string Id, string Key)[] keys)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal);
        for (var i = 0; i < keys.Length; i++)
            (all[$"Encryption:Keys:{i}:Id"], all[$"Encryption:Keys:{i}:Key"]) = keys[i];
        return all;
    }
}
