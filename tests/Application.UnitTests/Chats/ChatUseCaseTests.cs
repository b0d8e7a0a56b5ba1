using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Chats;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ChatUseCaseTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeChats chats = new();
    private readonly IChatQueries queries = Substitute.For<IChatQueries>();
    private readonly IModelCatalog catalog = Substitute.For<IModelCatalog>();
    private readonly ICurrentUser user = Substitute.For<ICurrentUser>();

    [SetUp]
    public void KnowUserAndModel()
    {
        user.Id.Returns(UserId.New(clock.GetUtcNow()));
        catalog.ListAsync(default).ReturnsForAnyArgs([new Model("known", "Known", "upstream", 100, 10, TokenPrice.Free)]);
        Model known = new("known", "Known", "upstream", 100, 10, TokenPrice.Free);
        catalog.CandidatesAsync(default!, default).ReturnsForAnyArgs(call => call.Arg<string>() == "known" ? new ModelCandidates([known], [known]) : ModelCandidates.None);
    }

    [Test]
    public async Task Create_StoresAChatOfTheCaller()
    {
        var created = (await CreateAsync(new CreateChat(" Title ", "known", "Be brief."))).Value;

        var chat = chats.Stored.Should().ContainSingle().Subject;
        chat.Should().BeEquivalentTo(new { created.Id, OwnerId = user.Id, Title = "Title", Model = "known", SystemPrompt = "Be brief." });
        created.Should().BeEquivalentTo(new { Title = "Title", Model = "known", MessageCount = 0, CreatedAt = clock.GetUtcNow(), UpdatedAt = clock.GetUtcNow() });
        chats.Saves.Should().Be(1);
    }

    [Test]
    public async Task Create_WhenTheModelIsUnknown_StoresNothing()
    {
        (await CreateAsync(new CreateChat("t", "none", SystemPrompt: null))).Error!.Code.Should().Be("model.unknown");
        chats.Stored.Should().BeEmpty();
    }

    [Test]
    public async Task Create_WhenTheTitleHoldsAControl_NamesTheField()
    {
        (await CreateAsync(new CreateChat("a\u0007", Model: null, SystemPrompt: null))).Error!.Fields.Should().ContainKey("title");
        chats.Saves.Should().Be(0);
    }

    [Test]
    public async Task Update_ChangesWhatIsGivenAndLeavesTheRest()
    {
        var chat = await OpenAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        queries.FindAsync(chat.Id, user.Id, default).ReturnsForAnyArgs(_ => Mappings.Mapper.Map<ChatDetailDto>(chat));

        var updated = (await UpdateAsync(new UpdateChat(chat.Id, Title: null, Model: "", SystemPrompt: "new"))).Value;

        updated.Should().BeEquivalentTo(new { Title = "Title", Model = (string?)null, SystemPrompt = "new", UpdatedAt = clock.GetUtcNow() });
        chat.SystemPrompt.Should().Be("new");
    }

    [Test]
    public async Task Update_ThatIsStored_CannotFailAnyMore()
    {
        var chat = await OpenAsync();
        queries.FindAsync(chat.Id, user.Id, default).ReturnsForAnyArgs(_ =>
            chats.Saves == 1 ? Mappings.Mapper.Map<ChatDetailDto>(chat) : throw new TimeoutException("away"));

        var updated = (await UpdateAsync(new UpdateChat(chat.Id, Title: "Other", Model: null, SystemPrompt: null))).Value;

        updated.Should().BeEquivalentTo(new { Title = "Other", Model = "known" });
        chats.Saves.Should().Be(2);
    }

    [Test]
    public async Task Update_WhenRefused_StoresNothing()
    {
        var chat = await OpenAsync();

        (await UpdateAsync(new UpdateChat(chat.Id, null, "none", null))).Error!.Code.Should().Be("model.unknown");
        (await UpdateAsync(new UpdateChat(chat.Id, new string('a', 201), null, null))).Error!.Fields.Should().ContainKey("title");
        chats.Saves.Should().Be(1);
    }

    [Test]
    public async Task UpdateAndDelete_OfSomebodyElsesChat_FindNone()
    {
        var chat = await OpenAsync();
        user.Id.Returns(UserId.New(clock.GetUtcNow()));

        (await UpdateAsync(new UpdateChat(chat.Id, "mine", null, null))).Error.Should().Be(ChatErrors.NotFound);
        (await DeleteAsync(chat.Id)).Error.Should().Be(ChatErrors.NotFound);
        chats.Stored.Should().ContainSingle().Which.Title.Should().Be("Title");
    }

    [Test]
    public async Task Delete_TakesTheChatOut()
    {
        var chat = await OpenAsync();

        (await DeleteAsync(chat.Id)).IsSuccess.Should().BeTrue();
        (await DeleteAsync(chat.Id)).Error.Should().Be(ChatErrors.NotFound);
        chats.Stored.Should().BeEmpty();
    }

    [Test]
    public async Task Get_AndListMessages_OfAChatThatIsNotThere_FindNone()
    {
        queries.FindAsync(default, default, default).ReturnsForAnyArgs((ChatDetailDto?)null);
        queries.ListMessagesAsync(default, default, default, default, default).ReturnsForAnyArgs((Page<MessageDto>?)null);

        (await new GetChatHandler(queries, user).Handle(new GetChat(default), default)).Error.Should().Be(ChatErrors.NotFound);
        (await new ListMessagesHandler(queries, user).Handle(new ListMessages(default, null, 20), default)).Error.Should().Be(ChatErrors.NotFound);
    }

    [Test]
    public async Task ShowBranch_EndsAtTheNewestLeafBelowTheMessage()
    {
        var chat = await OpenAsync();
        var (message, leaf) = (MessageId.New(clock.GetUtcNow()), MessageId.New(clock.GetUtcNow()));
        chats.Leaves[message] = leaf;
        var handler = new ShowBranchHandler(chats, user);

        (await handler.Handle(new ShowBranch(chat.Id, message), default)).IsSuccess.Should().BeTrue();

        (chat.ActiveLeafId, chats.Saves).Should().Be((leaf, 2));
        (await handler.Handle(new ShowBranch(chat.Id, MessageId.New(clock.GetUtcNow())), default)).Error.Should().Be(ChatErrors.MessageNotFound);
        (await handler.Handle(new ShowBranch(default, message), default)).Error.Should().Be(ChatErrors.NotFound);
        chats.Saves.Should().Be(2);
    }

    [Test]
    public async Task ListSiblings_TellsAnAbsentChatFromAnAbsentMessage()
    {
        var handler = new ListSiblingsHandler(queries, user);
        queries.ListSiblingsAsync(default, default, default, default).ReturnsForAnyArgs((IReadOnlyList<MessageDto>?)null);
        (await handler.Handle(new ListSiblings(default, default), default)).Error.Should().Be(ChatErrors.NotFound);

        queries.ListSiblingsAsync(default, default, default, default).ReturnsForAnyArgs([]);
        (await handler.Handle(new ListSiblings(default, default), default)).Error.Should().Be(ChatErrors.MessageNotFound);
    }

    [TestCase("hi", 1f, 1, true)]
    [TestCase("", 1f, 1, false)]
    [TestCase("hi", 2.1f, 1, false)]
    [TestCase("hi", 1f, 0, false)]
    public void EditQuestion_BoundsItsValues(string content, float temperature, int? maxTokens, bool valid) =>
        new EditQuestionValidator().Validate(new EditQuestion(default, default, content, null, temperature, maxTokens, Cache: null, Stream: false)).IsValid.Should().Be(valid);

    [Test]
    public async Task Lists_BeginAtTheCursor()
    {
        var cursor = new Cursor(clock.GetUtcNow(), Guid.CreateVersion7(clock.GetUtcNow()));
        queries.ListMessagesAsync(default, default, default, default, default).ReturnsForAnyArgs(new Page<MessageDto>([], null));

        await new ListChatsHandler(queries, user).Handle(new ListChats("two words", cursor.ToString(), 7), default);
        await new ListChatsHandler(queries, user).Handle(new ListChats("  ", null, 8), default);
        await new ListMessagesHandler(queries, user).Handle(new ListMessages(default, cursor.ToString(), 9), default);

        await queries.Received().ListAsync(user.Id, "two words", cursor, 7, Arg.Any<CancellationToken>());
        await queries.Received().ListAsync(user.Id, null, null, 8, Arg.Any<CancellationToken>());
        await queries.Received().ListMessagesAsync(default, user.Id, new MessageId(cursor.Id), 9, Arg.Any<CancellationToken>());
    }

    [TestCase(200, 200, 20_000, true)]
    [TestCase(201, 1, 1, false)]
    [TestCase(1, 201, 1, false)]
    [TestCase(1, 1, 20_001, false)]
    public void Validators_BoundEveryText(int title, int model, int systemPrompt, bool valid)
    {
        var (t, m, s) = (new string('t', title), new string('m', model), new string('s', systemPrompt));

        new CreateChatValidator().Validate(new CreateChat(t, m, s)).IsValid.Should().Be(valid);
        new UpdateChatValidator().Validate(new UpdateChat(default, t, m, s)).IsValid.Should().Be(valid);
    }

    [TestCase("hi", 0f, 1, true)]
    [TestCase("hi", 2f, null, true)]
    [TestCase("", 1f, 1, false)]
    [TestCase("hi", 2.1f, 1, false)]
    [TestCase("hi", -0.1f, 1, false)]
    [TestCase("hi", float.NaN, 1, false)]
    [TestCase("hi", 1f, 0, false)]
    public void SendMessage_BoundsItsValues(string content, float temperature, int? maxTokens, bool valid) =>
        new SendMessageValidator().Validate(new SendMessage(default, content, null, null, temperature, maxTokens, Cache: null, Stream: false)).IsValid.Should().Be(valid);

    private Task<Domain.Results.Result<ChatDetailDto>> CreateAsync(CreateChat request) =>
        new CreateChatHandler(chats, catalog, user, Mappings.Mapper, clock).Handle(request, default);

    private Task<Domain.Results.Result<ChatDetailDto>> UpdateAsync(UpdateChat request) =>
        new UpdateChatHandler(chats, queries, catalog, user, clock).Handle(request, default);

    private Task<Domain.Results.Result<MediatR.Unit>> DeleteAsync(ChatId id) => new DeleteChatHandler(chats, user).Handle(new DeleteChat(id), default);

    private async Task<Chat> OpenAsync()
    {
        await CreateAsync(new CreateChat("Title", "known", SystemPrompt: null));
        return chats.Stored[0];
    }

    private sealed class FakeChats : IChatRepository
    {
        public List<Chat> Stored { get; } = [];

        public int Saves { get; private set; }

        /// <summary>The newest leaf below a message.</summary>
        public Dictionary<MessageId, MessageId?> Leaves { get; } = [];

        public Task<Chat?> FindAsync(ChatId id, UserId owner, CancellationToken ct) =>
            Task.FromResult(Stored.Find(chat => chat.Id == id && chat.OwnerId == owner));

        public Task<Message?> FindMessageAsync(Chat chat, MessageId id, CancellationToken ct) => Task.FromResult<Message?>(null);

        public Task<MessageId?> FindNewestLeafAsync(ChatId chat, MessageId above, CancellationToken ct) => Task.FromResult(Leaves.GetValueOrDefault(above));

        public void Add(Chat chat) => Stored.Add(chat);

        public void Remove(Chat chat) => Stored.Remove(chat);

        public Task<bool> SaveAsync(CancellationToken ct)
        {
            Saves++;
            return Task.FromResult(true);
        }
    }
}
