using CleanLlm.Application.UnitTests.Prompting;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Steps;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>The runner between ports that are as simple as possible: a token is a character, history is what the test says.</summary>
internal sealed class RunnerFixture
    : IPlanLookup, IModelCatalog, IConversationReader, ICompletionQueries, ITokenCounter, IOptions<CompletionOptions>, IIdempotencyKeys, IKeyedHash, ICurrentApiKey, IDatabaseFaults, IProviderPlaces, ICompletionObserver, IDisposable
{
    public static readonly Model Small = new("small", "Small", "upstream", ContextWindow: 1000, MaxOutputTokens: 100, new TokenPrice(1, 2, "v1"));
    public static readonly Model Large = new("large", "Large", "upstream", ContextWindow: 9000, MaxOutputTokens: 900, TokenPrice.Free);

    /// <summary>Stands for both.</summary>
    public const string Alias = "either";

    private int looks;

    public RunnerFixture(int admissionsAtOnce = 1_000, IEnumerable<IPromptStep>? promptSteps = null, IEnumerable<IAnswerStep>? answerSteps = null)
    {
        Store = new FakeCompletionStore { AdmissionsAtOnce = admissionsAtOnce, Clock = Clock };
        Running = new RunningCompletions(Store, this, this, this, Clock, NullLogger<RunningCompletions>.Instance);
        Abandoned = NewSweep();
        // It runs for so long that it sweeps what was abandoned.
        PassRenewalWait();
        UserId = UserId.New(Clock.GetUtcNow());
        Plan = PlanOf([]);
        Gate = new AdmissionGate(Store, this, Clock, NullLogger<AdmissionGate>.Instance);
        Retries = new DatabaseRetries(this, Clock, NullLogger<DatabaseRetries>.Instance);
        Turns = new QuotaTurns(this, Clock);
        Closings = new CompletionClosings(Store, this, Running, Turns, Retries, this, Clock);
        Feed = new CompletionFeed(Running, Shared, this, Clock);
        var prompting = Microsoft.Extensions.Options.Options.Create(new PromptingOptions { LargeCharacters = 1024, LargeAtOnce = 1, LargeWaitingOfOne = 1 });
        CountingGate = new CountingGate(prompting);
        Reservations = new QuotaReservations(Store, Abandoned, Turns, Clock);
        var pipeline = Drafts.Pipeline([new SanitizeStep(), new SizeStep(), new WindowStep(this), .. promptSteps ?? []]);
        var counting = new PromptCounting(Reservations, CountingGate, prompting);
        Admission = new Admission(Gate, this, this, this, pipeline, new ContextFitting(this), counting, Reservations, this, Clock);
        Runner = new CompletionRunner(
            Admission,
            this,
            Templates,
            new CompletionReplay(this, this, new CompletionAccess(this, this), Abandoned),
            new CompletionAnswering(
                Model,
                Closings,
                Running,
                new CompletionSharing(Shared, Clock, NullLogger<CompletionSharing>.Instance),
                new HoldGrowth(Store, Turns, Retries),
                new AnswerSteps([new CleaningStep(), .. answerSteps ?? []], Drafts.Policies()),
                Drafts.Metrics(),
                [this, Titles],
                this,
                this,
                Clock,
                NullLogger<CompletionAnswering>.Instance),
            new CachePolicy(Microsoft.Extensions.Options.Options.Create(new ResponseCacheOptions { SharedPlans = ["shared"] })),
            Summaries,
            prompting,
            Clock);
    }

    public WaitCountingClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 11, 59, 49, TimeSpan.Zero));

    public UserId UserId { get; }

    public ScriptedModel Model { get; } = new();

    public FakeCompletionStore Store { get; }

    public RunningCompletions Running { get; }

    public AbandonedCompletions Abandoned { get; }

    /// <summary>The sweep of an instance that starts now.</summary>
    public AbandonedCompletions NewSweep() => new(Store, Running, this, this, Clock, NullLogger<AbandonedCompletions>.Instance);

    /// <summary>Lets the time pass in which living instances could renew their leases, and sweeps in it.</summary>
    public void PassRenewalWait()
    {
        for (var i = 0; i < 2; i++)
        {
            Clock.Advance(Value.RenewalWait / 2);
            // The store answers at once.
            _ = Abandoned.CloseAsync(default);
        }
    }

    public Admission Admission { get; }

    public QuotaReservations Reservations { get; }

    public QuotaTurns Turns { get; }

    public AdmissionGate Gate { get; }

    /// <summary>Whether a provider has a place, for calls that a caller waits for and for others.</summary>
    public (bool Any, bool AnyBackground) Places { get; set; } = (true, true);

    public CountingGate CountingGate { get; }

    public CompletionClosings Closings { get; }

    public DatabaseRetries Retries { get; }

    /// <summary>What a key that is freed leaves behind; null for none that is.</summary>
    public FreedKey? Freed { get; set; }

    public FakeSharedEvents Shared { get; } = new();

    public CompletionFeed Feed { get; }

    public CompletionRunner Runner { get; }

    /// <summary>The templates that can be asked by.</summary>
    public FakeTemplates Templates { get; } = new();

    /// <summary>The chats that wait for a title.</summary>
    public TitleQueue Titles { get; } = new(Microsoft.Extensions.Options.Options.Create(new TitleOptions { QueueCapacity = 2 }));

    /// <summary>The chats that wait for a summary.</summary>
    public SummaryQueue Summaries { get; } = new(Microsoft.Extensions.Options.Options.Create(new SummaryOptions { Model = "large", QueueCapacity = 2 }));

    public CompletionOptions Value { get; set; } = new();

    /// <summary>What may stand in for any model.</summary>
    public IReadOnlyList<Model> Substitutes { get; set; } = [];

    /// <summary>Models beside the small and the large one.</summary>
    public IReadOnlyList<Model> More { get; set; } = [];

    /// <summary>Whether a renewal empties the catalogue as soon as it has been asked for a model's providers.</summary>
    public bool IsRenewedAfterOneLook { get; set; }

    /// <summary>What happens while a request looks for its plan.</summary>
    public Func<Task>? OnPlan { get; set; }

    /// <summary>What happens when the end of a completion is told.</summary>
    public Action? OnClosed { get; set; }

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

    /// <summary>Starts it again: a repetition has no run.</summary>
    public async Task<Result<CompletionRun>> StartAsync(CompletionRequest request, CancellationToken ct = default)
    {
        var started = await Runner.StartAsync(request, ct);
        return started.IsSuccess ? started.Value.Run! : started.Error;
    }

    /// <summary>Starts it and waits for its end.</summary>
    public async Task<Result<CompletionDto>> CompleteAsync(CompletionRequest request) =>
        await EndOfAsync((await StartAsync(request)).Value);

    // The limit only keeps a broken test from hanging.
    public static Task<Result<CompletionDto>> EndOfAsync(CompletionRun run) => run.Outcome.WaitAsync(Patience.Limit);

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
                var batch = await reader.NextAsync().AsTask().WaitAsync(Patience.Limit);
                entries.AddRange(batch.Events.Select((entry, i) => (batch.FirstId + i, entry)));
                if (batch.IsLast)
                    return entries;
            }
        }
    }

    /// <summary>The texts that were counted, not only looked at.</summary>
    public List<string> Counted { get; } = [];

    public int Count(string text) => Count(text, int.MaxValue);

    public int Count(string text, int most)
    {
        Counted.Add(text);
        return text.Length;
    }

    // Ten characters a token, where counting finds one for each.
    public int AtLeast(string text) => text.Length / 10;

    public void Dispose()
    {
        Retries.Dispose();
        Gate.Dispose();
        Running.Dispose();
    }

    async ValueTask<Plan?> IPlanLookup.PlanOfAsync(UserId user, CancellationToken ct)
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

    Task<FreedKey?> IIdempotencyKeys.FreeAsync(IdempotencyKey key, CancellationToken ct)
    {
        if (Freed is not null)
            Store.Keys.Remove(key);
        return Task.FromResult(Freed);
    }

    void ICompletionObserver.Closed(CompletionClosing closing) => OnClosed?.Invoke();

    bool IProviderPlaces.Any(IReadOnlyList<Model> candidates, bool isBackground) => isBackground ? Places.AnyBackground : Places.Any;

    bool IDatabaseFaults.IsTransient(Exception fault) => fault is TimeoutException;

    bool IDatabaseFaults.IsConflict(Exception fault) => false;

    Task IIdempotencyKeys.ForgetAsync(CancellationToken ct) => Task.CompletedTask;

    ValueTask IKeyedHash.PrepareAsync(CancellationToken ct) => ValueTask.CompletedTask;

    ValueTask<byte[]> IKeyedHash.ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        ValueTask.FromResult(System.Security.Cryptography.SHA256.HashData(data.Span));

    Task<Result<Conversation>> IConversationReader.ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct) =>
        Task.FromResult(Conversation);

    Task<Result<Conversation>> IConversationReader.ReadBesideAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct) =>
        Task.FromResult(Conversation);

    Task<bool> ICompletionQueries.IsAskedInChatAsync(CompletionId id, ApiKeyId key, CancellationToken ct) => Task.FromResult(AskedInChatWith == key);

    Task<CompletionStatus?> ICompletionQueries.StatusOfAsync(CompletionId id, UserId user, CancellationToken ct) => Task.FromResult(Stored?.Status);

    Task<CompletionDto?> ICompletionQueries.FindAsync(CompletionId id, UserId user, CancellationToken ct) => Task.FromResult(Stored);
}
