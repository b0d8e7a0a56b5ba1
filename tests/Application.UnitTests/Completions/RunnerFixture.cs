using CleanLlm.Application.Ai;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Security;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>The runner between ports that are as simple as they can be: a token is a character, history is what the test says.</summary>
internal sealed class RunnerFixture
    : ISubscriptions, IModelCatalog, IConversationReader, ICompletionQueries, ITokenCounter, IOptions<CompletionOptions>, IIdempotencyKeys, IKeyedHash, ICurrentApiKey, IDisposable
{
    public static readonly Model Small = new("small", "Small", "upstream", ContextWindow: 1000, MaxOutputTokens: 100, new TokenPrice(1000, 2000, "v1"));
    public static readonly Model Large = new("large", "Large", "upstream", ContextWindow: 9000, MaxOutputTokens: 900, TokenPrice.Free);

    /// <summary>Stands for both.</summary>
    public const string Alias = "either";

    private int looks;

    public RunnerFixture()
    {
        UserId = UserId.New(Clock.GetUtcNow());
        Plan = PlanOf([]);
        Running = new RunningCompletions(Store, this, this, Clock, NullLogger<RunningCompletions>.Instance);
        Feed = new CompletionFeed(Running, Shared, this, Clock);
        var prompting = Microsoft.Extensions.Options.Options.Create(new PromptingOptions());
        Runner = new CompletionRunner(
            this,
            this,
            this,
            new PromptPipeline([new SanitizeStep(), new SizeStep(), new SystemPromptStep(prompting), new ContextFitStep(this)]),
            new CompletionReplay(this, this, new CompletionAccess(this, this)),
            Store,
            new CompletionAnswering(
                Model,
                Store,
                this,
                Running,
                new CompletionSharing(Shared, Clock, NullLogger<CompletionSharing>.Instance),
                Titles,
                this,
                this,
                Clock,
                NullLogger<CompletionAnswering>.Instance),
            new CachePolicy(Microsoft.Extensions.Options.Options.Create(new ResponseCacheOptions { SharedPlans = ["shared"] })),
            this,
            Clock);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public UserId UserId { get; }

    public ScriptedModel Model { get; } = new();

    public FakeCompletionStore Store { get; } = new();

    public RunningCompletions Running { get; }

    public FakeSharedEvents Shared { get; } = new();

    public CompletionFeed Feed { get; }

    public CompletionRunner Runner { get; }

    /// <summary>The chats that wait for a title.</summary>
    public TitleQueue Titles { get; } = new(Microsoft.Extensions.Options.Options.Create(new TitleOptions { QueueCapacity = 2 }));

    public CompletionOptions Value { get; set; } = new();

    /// <summary>Who may stand in for any model.</summary>
    public IReadOnlyList<Model> Substitutes { get; set; } = [];

    /// <summary>Models beside the small and the large one.</summary>
    public IReadOnlyList<Model> More { get; set; } = [];

    /// <summary>Whether a renewal empties the catalogue as soon as it has been asked who serves a model.</summary>
    public bool IsRenewedAfterOneLook { get; set; }

    /// <summary>What happens while a request looks for its plan.</summary>
    public Func<Task>? OnPlan { get; set; }

    /// <summary>Null when the user is gone.</summary>
    public Plan? Plan { get; set; }

    public Result<Conversation> Conversation { get; set; } = ChatErrors.NotFound;

    /// <summary>What the database says of the completion.</summary>
    public CompletionDto? Stored { get; set; }

    private IEnumerable<Model> Known => IsRenewedAfterOneLook && looks > 0 ? [] : [Small, Large, .. More];

    /// <summary>The key of the caller; null for a signed-in person.</summary>
    public ApiKeyAccess? Key { get; set; }

    /// <summary>The key with which the completion was asked in a chat; null when it was not.</summary>
    public ApiKeyId? AskedInChatWith { get; set; }

    public static Plan PlanOf(PlanLimit[] limits, int? maxOutputTokens = null, params string[] models) =>
        Plan.Create(new PlanTerms("test", IsDefault: true, Concurrency: null, models, maxOutputTokens, limits), DateTimeOffset.UnixEpoch).Value;

    public CompletionRequest Ask(string prompt = "hello") => new() { UserId = UserId, Messages = CompletionRequest.Question(prompt), PromptField = "prompt" };

    /// <summary>Starts it anew: a repetition has no run.</summary>
    public async Task<Result<CompletionRun>> StartAsync(CompletionRequest request, CancellationToken ct = default)
    {
        var started = await Runner.StartAsync(request, ct);
        return started.IsSuccess ? started.Value.Run! : started.Error;
    }

    /// <summary>Starts it and waits for its end.</summary>
    public async Task<Result<CompletionDto>> CompleteAsync(CompletionRequest request) =>
        await EndOfAsync((await StartAsync(request)).Value);

    // The limit only keeps a broken test from hanging.
    public static Task<Result<CompletionDto>> EndOfAsync(CompletionRun run) => run.Outcome.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>All events of a run that has ended, or will.</summary>
    public async Task<List<CompletionEvent>> EventsAsync(CompletionRun run) =>
        [.. (await ReadToEndAsync(run.Log.OpenReader(0, TimeSpan.FromHours(1), Clock, default))).Select(entry => entry.Event)];

    /// <summary>All that a reader gives, with its ids.</summary>
    public static async Task<List<(int Id, CompletionEvent Event)>> ReadToEndAsync(ICompletionReader reader)
    {
        List<(int, CompletionEvent)> entries = [];
        await using (reader)
        {
            while (true)
            {
                var batch = await reader.NextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
                entries.AddRange(batch.Events.Select((entry, i) => (batch.FirstId + i, entry)));
                if (batch.IsLast)
                    return entries;
            }
        }
    }

    public int Count(string text) => text.Length;

    public void Dispose()
    {
        Running.Dispose();
        Model.Dispose();
    }

    async ValueTask<Plan?> ISubscriptions.PlanOfAsync(UserId user, CancellationToken ct)
    {
        if (OnPlan is { } happens)
            await happens();
        return Plan;
    }

    ValueTask<ModelCandidates> IModelCatalog.CandidatesAsync(string model, CancellationToken ct)
    {
        IReadOnlyList<Model> named = [.. Known.Where(known => model == Alias || known.Id == model)];
        looks++;
        return ValueTask.FromResult(new ModelCandidates(named, [.. named, .. Substitutes]));
    }

    ValueTask<IReadOnlyList<Model>> IModelCatalog.ListAsync(CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<Model>>([Small, Large]);

    Task<Result<Conversation>> IConversationReader.ReadAsync(ChatId chat, UserId owner, MessageId? parent, int maxMessages, CancellationToken ct) =>
        Task.FromResult(Conversation);

    Task<IdempotencyKey?> IIdempotencyKeys.FindAsync(UserId user, byte[] keyHash, CancellationToken ct) =>
        Task.FromResult(Store.Keys.FirstOrDefault(key => key.UserId == user && key.KeyHash.SequenceEqual(keyHash)));

    Task IIdempotencyKeys.ForgetAsync(CancellationToken ct) => Task.CompletedTask;

    ValueTask IKeyedHash.PrepareAsync(CancellationToken ct) => ValueTask.CompletedTask;

    ValueTask<byte[]> IKeyedHash.ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        ValueTask.FromResult(System.Security.Cryptography.SHA256.HashData(data.Span));
    Task<Result<Conversation>> IConversationReader.ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct) =>
        Task.FromResult(Conversation);

    Task<bool> ICompletionQueries.IsAskedInChatAsync(CompletionId id, ApiKeyId key, CancellationToken ct) => Task.FromResult(AskedInChatWith == key);

    Task<CompletionStatus?> ICompletionQueries.StatusOfAsync(CompletionId id, UserId user, CancellationToken ct) => Task.FromResult(Stored?.Status);

    Task<CompletionDto?> ICompletionQueries.FindAsync(CompletionId id, UserId user, CancellationToken ct) => Task.FromResult(Stored);
}
