using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Clients of other makers, unmodified: what they get through the program is what they get from the server behind it.</summary>
public sealed class ForeignClientTests(DatabaseKind kind) : OpenAiTests(kind)
{
    [TestCase("calls.mjs", 20)]
    [TestCase("ai-sdk.mjs", 7)]
    public async Task AClientOfAnotherMaker_GetsTheSame_FromHereAndFromAPlainServer(string script, int atLeast)
    {
        var plain = await NodeScript.RunAsync(script, PlainUrl, OpenAiServer.Key, OpenAiServer.SpentKey);
        var ours = await NodeScript.RunAsync(script, Url, await MakeKeyAsync(), await MakeKeyAsync(monthlyTokenLimit: 1));

        var different = plain.Keys.Where(call => !ours.TryGetValue(call, out var got) || !JsonElement.DeepEquals(got, plain[call])).ToList();

        await TestContext.Out.WriteLineAsync($"{script}: {plain.Count} calls, {plain.Count - different.Count} with the same result on both sides");
        different.Select(call => $"{call}: {plain[call]} there, {ours.GetValueOrDefault(call)} here").Should().BeEmpty();
        ours.Count.Should().Be(plain.Count).And.BeGreaterThanOrEqualTo(atLeast);
        await Books.ShouldBalanceAsync(Api.Database);
    }
}
