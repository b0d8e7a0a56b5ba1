using CleanLlm.Application.Administration;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Templates;

/// <summary>Templates, questions that were asked by them, and system prompts of plans in the database.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class TemplateStoreTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private UserId user;

    [SetUp]
    public async Task PrepareAsync()
    {
        user = await AddUserAsync();
        await Database.ExecuteAsync("DELETE FROM templates");
    }

    [Test]
    public async Task AVersion_IsFoundByItsReaders_OnAnotherInstance()
    {
        var own = await AddAsync(user, "own");
        var shared = await AddAsync(owner: null, "shared");
        var foreign = await AddAsync(await AddUserAsync(), "foreign");

        foreach (var (template, text) in ((VersionedTemplate, string?)[])[(own, "own {{text}}"), (shared, "shared {{text}}"), (foreign, null)])
        {
            (await Queries.FindVersionAsync(template.Template.Id, number: null, user, default))?.Terms.Text.Should().Be(text);
            (await Queries.FindVersionAsync(template.Template.Id, 1, user, default))?.Terms.Text.Should().Be(text);
            (await Queries.FindVersionAsync(template.Template.Id, 2, user, default)).Should().BeNull();
            (await Queries.FindAsync(template.Template.Id, user, default) is null).Should().Be(text is null);
        }

        (await Queries.FindVersionAsync(foreign.Template.Id, 1, user, default)).Should().BeNull();
        (await Queries.FindVersionAsync(own.Template.Id, 1, reader: null, default)).Should().BeNull();
        (await Queries.ListAsync(reader: null, after: null, 10, default)).Items.Should().ContainSingle().Which.Should().BeEquivalentTo(new { shared.Template.Id, Shared = true });
    }

    [Test]
    public async Task OneMoreThanAnOwnerMayHave_IsRefused_AlsoWhenSeveralAreMadeAtOnce()
    {
        await One.InScopeAsync<AppDbContext, int>(database =>
        {
            database.AddRange(Enumerable.Range(0, Template.MaxPerOwner - 1).Select(i => New(user, $"many {i}").Template));
            return database.SaveChangesAsync();
        });

        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => TryAddAsync(New(user, $"one more {i}"))));

        refusals.Count(refusal => refusal is null).Should().Be(1);
        refusals.OfType<Error>().Should().HaveCount(3).And.OnlyContain(refusal => refusal == TemplateErrors.TooMany);
        (await TryAddAsync(New(owner: null, "shared"))).Should().BeNull("others have their own");
    }

    [Test]
    public async Task AValueOfAnotherVersion_IsRefused()
    {
        var first = await AddAsync(user, "first");
        await AddAsync(user, "second");

        await Database.ExecuteAsync("UPDATE template_versions SET content = (SELECT v.content FROM template_versions v WHERE v.id <> template_versions.id)");

        await FluentActions.Awaiting(() => Queries.FindVersionAsync(first.Template.Id, number: null, user, default)).Should().ThrowAsync<UnreadableContentException>();
    }

    [Test]
    public async Task PlainTexts_AreEncrypted_ForTheirOwners()
    {
        var (own, shared) = (await AddAsync(user, "own"), await AddAsync(owner: null, "shared"));
        var plan = Plan.Create(new PlanTerms($"Plan {Guid.CreateVersion7()}", IsDefault: true, null, [], null, []) { SystemPrompt = "Be brief." }, One.Clock.GetUtcNow()).Value;
        (await One.InScopeAsync<IPlanRepository, Error?>(plans => plans.SaveAsync(plan, default))).Should().BeNull();
        await Database.ExecuteAsync("""UPDATE template_versions SET content = '{"Text":"plain","Parameters":[]}'""");
        await Database.ExecuteAsync("UPDATE plans SET system_prompt = 'plain' WHERE system_prompt IS NOT NULL");
        await Database.ExecuteAsync("DELETE FROM encrypted_columns");

        (await Two.Services.GetRequiredService<ContentEncryption>().RunAsync(default)).Failed.Should().Be(0);

        (await Database.ScalarAsync("SELECT count(*) FROM template_versions WHERE content NOT LIKE 'enc1:%'")).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM plans WHERE system_prompt NOT LIKE 'enc1:%'")).Should().Be(0);
        foreach (var template in (VersionedTemplate[])[own, shared])
            (await Queries.FindVersionAsync(template.Template.Id, number: null, user, default))!.Terms.Text.Should().Be("plain");
        (await Two.InScopeAsync<IPlanRepository, Plan?>(plans => plans.FindAsync(plan.Id, default)))!.SystemPrompt.Should().Be("plain");
    }

    [Test]
    public async Task AQuestionByATemplate_IsReadAgain_AsItWasAsked()
    {
        var chat = await AddChatAsync(user, "chat");
        var use = new TemplateUse(TemplateId.New(One.Clock.GetUtcNow()), 2, IsShared: true, "Translate {{text}}.", "Please.", [new("text", "Hello 漢")]);
        var answered = await new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Template = use }.AnswerAsync(One, "Hallo");

        var reader = Two.Services.GetRequiredService<IConversationReader>();
        var again = (await reader.ReadAboveAsync(chat, user, answered.Turn!.AnswerId, 10, default)).Value;
        var next = (await reader.ReadAsync(chat, user, parent: null, 10, default)).Value;

        again.Question!.Template.Should().BeEquivalentTo(use);
        again.Question.Content.Should().Be("Please.\n\ntext: Hello 漢");
        next.Messages.Select(said => said.Content).Should().Equal(Utterance.Asked(use).Content, "Hallo");
    }

    [Test]
    public async Task APlansSystemPrompt_IsSeenByItsUsers_OnAnotherInstance()
    {
        var plan = Plan.Create(new PlanTerms($"Plan {Guid.CreateVersion7()}", IsDefault: true, null, [], null, []) { SystemPrompt = "Be brief." }, One.Clock.GetUtcNow()).Value;
        (await One.InScopeAsync<IPlanRepository, Error?>(plans => plans.SaveAsync(plan, default))).Should().BeNull();
        plan.SystemPrompt.Should().Be("Be brief.", "the entity holds its text after it was saved");
        await Database.ExecuteAsync($"UPDATE users SET plan_id = (SELECT id FROM plans WHERE name = '{plan.Name}') WHERE lower(CAST(id AS text)) = '{user}'");

        (await Two.Services.GetRequiredService<IPlanLookup>().PlanOfAsync(user, default))!.SystemPrompt.Should().Be("Be brief.");
        (await Two.InScopeAsync<IPlanRepository, IReadOnlyList<Plan>>(plans => plans.ListAsync(default))).Should().Contain(one => one.SystemPrompt == "Be brief.");
    }

    private ITemplateQueries Queries => Two.Services.GetRequiredService<ITemplateQueries>();

    private VersionedTemplate New(UserId? owner, string name) =>
        Template.Create(owner, new TemplateTerms(name, $"{name} {{{{text}}}}", [new("text")]), One.Clock.GetUtcNow()).Value;

    private Task<Error?> TryAddAsync(VersionedTemplate template) => One.InScopeAsync<ITemplateRepository, Error?>(templates => templates.AddAsync(template, default));

    private async Task<VersionedTemplate> AddAsync(UserId? owner, string name)
    {
        var made = New(owner, name);
        (await TryAddAsync(made)).Should().BeNull();
        return made;
    }
}
