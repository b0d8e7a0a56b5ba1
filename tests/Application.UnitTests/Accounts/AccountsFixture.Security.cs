using CleanLlm.Application.Accounts;
using CleanLlm.Application.Email;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.UnitTests.Accounts;

/// <summary>The ports around passwords, mails and the second factor.</summary>
internal sealed partial class AccountsFixture
    : IAccountMailQueue, IEmailQueue, ISignInThrottle, IRateLimiter, ITransactions, IMailedTokens, ITwoFactorRepository, ITimeBasedCodes
{
    /// <summary>The code that <see cref="Step"/> has.</summary>
    public const string Code = "123456";

    /// <summary>Settings that a test may change.</summary>
    public AuthOptions Auth { get; set; } = new();

    /// <summary>Whether the throttle lets the next attempts be evaluated.</summary>
    public bool Evaluates { get; set; } = true;

    /// <summary>What happened at the throttle.</summary>
    public List<string> Throttled { get; } = [];

    /// <summary>What was asked of the account mail queue.</summary>
    public List<string> MailRequests { get; } = [];

    /// <summary>What was queued for sending.</summary>
    public List<EmailMessage> Mails { get; } = [];

    /// <summary>Stored one-time tokens.</summary>
    public List<OneTimeToken> Tokens { get; } = [];

    /// <summary>Mails about accounts that the limit still allows.</summary>
    public int MailsAllowed { get; set; } = 100;

    /// <summary>The stored second factor.</summary>
    public TwoFactorSecret? Secret { get; set; }

    /// <summary>The time step of now.</summary>
    public long Step { get; set; } = 100;

    /// <summary>Whether another caller saves the second factor first.</summary>
    public bool LosesRace { get; set; }

    public SecondFactor SecondFactor => new(this, this, this);

    public AccountMail AccountMail(ICredentials credentials, IUserRepository users, EmailOptions? options = null) =>
        new(credentials, users, this, this, this, Microsoft.Extensions.Options.Options.Create(options ?? new EmailOptions()), Clock);

    public PasswordReplacement Replacement(ICredentials credentials) => new(credentials, this, Sessions, this, this, this, Clock);

    public LoginHandler Login(ICredentials credentials) => new(
        credentials, this, SecondFactor, Opening, Sessions, this, this, this, Microsoft.Extensions.Options.Options.Create(Auth), Clock);

    /// <summary>A second factor that is on.</summary>
    /// <returns>Its recovery codes.</returns>
    public string[] TurnOn(UserId? user = null)
    {
        string[] codes = [RecoveryCode.New(), RecoveryCode.New()];
        Secret = TwoFactorSecret.SetUp(user ?? User.Id, [1]);
        Secret.Confirm(Step - 10, [.. codes.Select(code => RecoveryCode.HashOf(code)!)], Clock.GetUtcNow());
        return codes;
    }

    void IAccountMailQueue.RequestReset(EmailAddress email) => MailRequests.Add($"reset {email.Value}");

    void IAccountMailQueue.RequestConfirmation(UserId user) => MailRequests.Add($"confirm {user}");

    void IAccountMailQueue.RequestInvitation(UserId user) => MailRequests.Add($"invite {user}");

    void IEmailQueue.Enqueue(EmailMessage message) => Mails.Add(message);

    ValueTask<bool> ISignInThrottle.TryAsync(EmailAddress email, CancellationToken ct)
    {
        Throttled.Add($"try {email.Value}");
        return ValueTask.FromResult(Evaluates);
    }

    ValueTask ISignInThrottle.SucceededAsync(EmailAddress email, CancellationToken ct)
    {
        Throttled.Add($"succeeded {email.Value}");
        return ValueTask.CompletedTask;
    }

    ValueTask<RateRefusal?> IRateLimiter.TakeAsync(IReadOnlyList<RateBucket> buckets, CancellationToken ct) =>
        ValueTask.FromResult<RateRefusal?>(MailsAllowed-- > 0 ? null : new RateRefusal(0, buckets[0].Limit.Regrowth));

    ValueTask IRateLimiter.GiveBackAsync(RateLimit limit, string key, CancellationToken ct) => ValueTask.CompletedTask;

    Task<Result<T>> ITransactions.RunForUserAsync<T>(UserId user, Func<Task<Result<T>>> work, CancellationToken ct) => RunAsync(work);

    Task<Result<T>> ITransactions.RunForAdministrationAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct) => RunAsync(work);

    private async Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work)
    {
        var before = Audited.Count;
        var outcome = await work();
        if (!outcome.IsSuccess)
            Audited.RemoveRange(before, Audited.Count - before);
        return outcome;
    }

    Task IMailedTokens.ReplaceAsync(OneTimeToken token, CancellationToken ct)
    {
        Tokens.RemoveAll(stored => stored.UserId == token.UserId && stored.Purpose == token.Purpose);
        Tokens.Add(token);
        return Task.CompletedTask;
    }

    Task<UserId?> IMailedTokens.FindOwnerAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult(Tokens.Find(token => token.Hash == hash && token.IsGoodFor(purpose, now))?.UserId);

    async Task<UserId?> IMailedTokens.TakeAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct)
    {
        var owner = await ((IMailedTokens)this).FindOwnerAsync(hash, purpose, now, ct);
        Tokens.RemoveAll(token => owner is not null && token.Hash == hash);
        return owner;
    }

    Task IMailedTokens.RemoveAsync(UserId user, OneTimeTokenPurpose purpose, CancellationToken ct)
    {
        Tokens.RemoveAll(token => token.UserId == user && token.Purpose == purpose);
        return Task.CompletedTask;
    }

    Task<TwoFactorSecret?> ITwoFactorRepository.FindAsync(UserId user, CancellationToken ct) => Task.FromResult(Secret is { } secret && secret.UserId == user ? secret : null);

    void ITwoFactorRepository.Add(TwoFactorSecret secret) => Secret = secret;

    void ITwoFactorRepository.Remove(TwoFactorSecret secret) => Secret = null;

    Task<bool> ITwoFactorRepository.SaveAsync(CancellationToken ct) => Task.FromResult(!LosesRace);

    NewSecret ITimeBasedCodes.Make(User user) => new([1, 2, 3], "SECRET", $"otpauth://totp/{user.Email}");

    long? ITimeBasedCodes.StepOf(TwoFactorSecret secret, string code) => code == Code ? Step : null;
}
