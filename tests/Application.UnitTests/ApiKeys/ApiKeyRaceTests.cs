using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.UnitTests.Accounts;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.ApiKeys;

/// <summary>Two callers that change or revoke one key at once, and callers that hang up in the middle.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ApiKeyRaceTests : IApiKeyRepository, IDisposable
{
    private readonly AccountsFixture accounts = new();
    private readonly CancellationTokenSource caller = new();
    private readonly List<ApiKey> stored = [];
    private Action? winner;

    public void Dispose() => caller.Dispose();

    [Test]
    public async Task ARevocation_IsKnownEverywhere_AlsoWhenTheCallerHangsUp()
    {
        var key = Make();

        (await DeleteAsync(key)).IsSuccess.Should().BeTrue();

        stored.Should().BeEmpty();
        accounts.Forgotten.Should().Equal(accounts.User.Id);
    }

    [Test]
    public async Task ARevocation_ThatAnotherOneWins_Succeeds_AndOneThatComesLaterFindsNoKey()
    {
        var key = Make();
        winner = stored.Clear;

        (await DeleteAsync(key)).IsSuccess.Should().BeTrue();
        (await DeleteAsync(key)).Error.Should().Be(ApiKeyErrors.NotFound);
    }

    [Test]
    public async Task ARevocation_ThatARotationWins_RevokesTheRotatedKey()
    {
        var key = Make();
        winner = () => key.Rotate([2], TimeSpan.Zero, accounts.Clock.GetUtcNow());

        (await DeleteAsync(key)).IsSuccess.Should().BeTrue();

        stored.Should().BeEmpty();
    }

    [Test]
    public async Task ARotation_IsKnownEverywhere_AlsoWhenTheCallerHangsUp()
    {
        var key = Make();

        (await RotateAsync(key)).IsSuccess.Should().BeTrue();

        accounts.Forgotten.Should().Equal(accounts.User.Id);
    }

    [Test]
    public async Task ARotation_FollowsTheOneThatWins_AndFindsNoKeyOnceItIsRevoked()
    {
        var key = Make();
        winner = () => key.Rotate([2], TimeSpan.Zero, accounts.Clock.GetUtcNow());
        (await RotateAsync(key)).IsSuccess.Should().BeTrue();

        winner = stored.Clear;
        (await RotateAsync(key)).Error.Should().Be(ApiKeyErrors.NotFound);
    }

    private ApiKey Make()
    {
        var now = accounts.Clock.GetUtcNow();
        stored.Add(ApiKey.Create(accounts.User.Id, ApiKeyId.New(now), new ApiKeyTerms("CI", ApiKeyScopes.Completions, null, null), [1], now).Value);
        return stored[0];
    }

    private Task<Result<MediatR.Unit>> DeleteAsync(ApiKey key) =>
        new DeleteApiKeyHandler(new ApiKeyRevocation(this, accounts, accounts), accounts).Handle(new DeleteApiKey(key.Id), caller.Token);

    private Task<Result<ApiKeyRevealed>> RotateAsync(ApiKey key) =>
        new RotateApiKeyHandler(this, accounts, accounts, accounts, accounts, accounts.Clock).Handle(new RotateApiKey(key.Id, 0), caller.Token);

    Task<IReadOnlyList<ApiKey>> IApiKeyRepository.ListAsync(UserId user, CancellationToken ct) => Task.FromResult<IReadOnlyList<ApiKey>>(stored);

    Task<ApiKey?> IApiKeyRepository.FindAsync(ApiKeyId id, UserId user, CancellationToken ct) =>
        Task.FromResult(stored.Find(key => key.Id == id && key.UserId == user));

    Task<Error?> IApiKeyRepository.AddAsync(ApiKey key, CancellationToken ct) => throw new NotSupportedException("Not called here.");

    Task<bool> IApiKeyRepository.SaveAsync(ApiKey key, CancellationToken ct) => ChangeAsync(() => { });

    Task<bool> IApiKeyRepository.RemoveAsync(ApiKey key, CancellationToken ct) => ChangeAsync(() => stored.Remove(key));

    // The loser of the race hangs up no sooner than the winner.
    private Task<bool> ChangeAsync(Action change)
    {
        if (winner is { } first)
        {
            winner = null;
            first();
            return Task.FromResult(false);
        }

        change();
        caller.Cancel();
        return Task.FromResult(true);
    }
}
