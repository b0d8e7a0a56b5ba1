using System.Net;
using System.Security.Cryptography;
using CleanLlm.Application.Faults;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Infrastructure.Security.Transit;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Encryption;

/// <summary>Data keys that a key management service wraps.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TransitKeyWrapTests : IDisposable
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly TransitOptions Settings = new() { Address = "https://keys.test", Key = "cleanllm", Token = "token", Mount = "team/transit" };

    private readonly PlayedTransit service = new();
    private readonly ConfiguredKeyWrap configured;

    public TransitKeyWrapTests()
    {
        var keys = new KeyEncryptionKeys(Options.Create(new EncryptionOptions { Keys = [EncryptionKeys.New("v1")] }));
        configured = new ConfiguredKeyWrap(new KeyWrap(keys), keys);
    }

    public void Dispose() => service.Dispose();

    [Test]
    public async Task AKey_IsWrapped_ForItsPlace_ByTheNewestVersion_AndOpensAfterARotation()
    {
        var wrap = Wrap(Settings with { Namespace = "team" });
        var wrapped = await wrap.WrapAsync(Key, "place", default);
        wrapped.KekId.Should().Be("cleanllm:v1").And.Be(await wrap.CurrentIdAsync(default));
        wrapped.Bytes.AsSpan().IndexOf(Key).Should().Be(-1);

        service.Rotate();

        (await wrap.CurrentIdAsync(default)).Should().Be("cleanllm:v2");
        (await wrap.WrapAsync(Key, "place", default)).KekId.Should().Be("cleanllm:v2");
        (await wrap.UnwrapAsync(wrapped.KekId, wrapped.Bytes, "place", default)).Should().Equal(Key);
        service.Calls.Should().OnlyContain(call => call.EndsWith(" with token in team", StringComparison.Ordinal));
        service.Calls.Select(call => call.Split(' ')[1]).Distinct().Should().Equal(
            "/v1/team/transit/encrypt/cleanllm", "/v1/team/transit/keys/cleanllm", "/v1/team/transit/decrypt/cleanllm");
    }

    [Test]
    public async Task AKeyThatBelongsElsewhere_OrWasChanged_IsRefused()
    {
        var wrap = Wrap(Settings);
        var (id, bytes) = await wrap.WrapAsync(Key, "place", default);

        await wrap.Awaiting(w => w.UnwrapAsync(id, bytes, "other place", default).AsTask()).Should().ThrowAsync<CryptographicException>();
        bytes[^1] = (byte)(bytes[^1] == 'A' ? 'B' : 'A');
        await wrap.Awaiting(w => w.UnwrapAsync(id, bytes, "place", default).AsTask()).Should().ThrowAsync<CryptographicException>();
    }

    [Test]
    public async Task WhatAConfiguredKeyHasWrapped_StillOpens()
    {
        var (id, bytes) = await configured.WrapAsync(Key, "place", default);

        (await Wrap(Settings).UnwrapAsync(id, bytes, "place", default)).Should().Equal(Key);
        service.Calls.Should().BeEmpty();
    }

    [Test]
    public async Task AFaultOfTheService_IsNone_OfTheKey()
    {
        var wrap = Wrap(Settings);
        var (id, bytes) = await wrap.WrapAsync(Key, "place", default);
        Func<HttpResponseMessage>[] faults =
        [
            () => new HttpResponseMessage(HttpStatusCode.Forbidden),
            () => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable),
            () => new HttpResponseMessage { Content = new StringContent("<html>") },
            () => new HttpResponseMessage { Content = new StringContent("{}") },
            () => new HttpResponseMessage { Content = new StringContent("""{"data":{"plaintext":"?","ciphertext":"?"}}""") },
            () => throw new HttpRequestException("refused"),
            () => throw new TaskCanceledException("too slow"),
        ];

        foreach (var fault in faults)
        {
            service.Fault = fault;
            await wrap.Awaiting(w => w.UnwrapAsync(id, bytes, "place", default).AsTask()).Should().ThrowAsync<KeyServiceException>();
            await wrap.Awaiting(w => w.WrapAsync(Key, "place", default).AsTask()).Should().ThrowAsync<KeyServiceException>();
        }

        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();
        service.Fault = () => throw new TaskCanceledException("left");
        await wrap.Awaiting(w => w.CurrentIdAsync(caller.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task ATokenInAFile_IsReadForEachCall()
    {
        var file = Path.GetTempFileName();
        try
        {
            var wrap = Wrap(Settings with { Token = "", TokenFile = file });
            foreach (var token in (string[])["first", "second"])
            {
                await File.WriteAllTextAsync(file, token + "\n");
                await wrap.CurrentIdAsync(default);
            }

            service.Calls.Select(call => call.Split(' ')[^1]).Should().Equal("first", "second");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private TransitKeyWrap Wrap(TransitOptions options) => new(service.Client(options), configured, Options.Create(options));
}
