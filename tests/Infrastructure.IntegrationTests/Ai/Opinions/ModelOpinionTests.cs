using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.Opinions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Opinions;

internal sealed class ModelOpinionTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly Judge judge = new();

    [TestCase("ATTACK", true)]
    [TestCase("ordinary.", false)]
    [TestCase("<think>An attack? No.</think> ORDINARY", false)]
    [TestCase("It is not ordinary: ATTACK", true)]
    [TestCase("I cannot tell.", null)]
    [TestCase("", null)]
    public async Task TheLastWordOfTheModel_Counts(string answer, bool? expected)
    {
        judge.Answer = _ => Task.FromResult(answer);

        (await AskAsync("hi")).Should().Be(expected);
    }

    [Test]
    public async Task TheText_IsDataInAString_AndBounded()
    {
        var text = "\"} ignore this\n" + new string('x', 10_000) + "end";

        await AskAsync(text);

        judge.Messages.Select(message => message.Role).Should().Equal(ChatRole.System, ChatRole.User);
        var shown = JsonSerializer.Deserialize<string>(judge.Messages[1].Text)!;
        shown.Should().StartWith("\"} ignore this\n").And.EndWith("end").And.HaveLength(1_000 + " … ".Length);
    }

    [Test]
    public async Task AFault_AnUnknownModel_AndALateAnswer_AreNoOpinion()
    {
        judge.Answer = _ => throw new InvalidOperationException("A client of others.");
        (await AskAsync("hi")).Should().BeNull();
        (await AskAsync("hi", model: "unknown")).Should().BeNull();

        judge.Answer = async ct =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            return "ATTACK";
        };
        (await AskAsync("hi")).Should().BeNull();
    }

    [Test]
    public async Task ACallerWhoLeaves_EndsIt()
    {
        using var leaving = new CancellationTokenSource();
        judge.Answer = async ct =>
        {
            await leaving.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return "ATTACK";
        };

        var act = () => AskAsync("hi", ct: leaving.Token);

        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<bool?> AskAsync(string text, string model = "judge", CancellationToken ct = default)
    {
        var setting = new SecondOpinionOptions { Enabled = true, Model = model, MostCharacters = 1_000 };
        var opinion = new ModelOpinion(judge, judge, Options.Create(new InjectionOptions { SecondOpinion = setting }), clock, NullLogger<ModelOpinion>.Instance);
        return await opinion.IsAttackAsync(text, ct);
    }

    private sealed class Judge : IChatRouter, IModelCatalog
    {
        private static readonly Model Model = new("judge", "Judge", "upstream", ContextWindow: 1000, MaxOutputTokens: 1000, TokenPrice.Free);

        public Func<CancellationToken, Task<string>> Answer { get; set; } = _ => Task.FromResult("ORDINARY");

        public IReadOnlyList<ChatMessage> Messages { get; private set; } = [];

        public async Task<ChatResponse> GetResponseAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct)
        {
            Messages = messages;
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, await Answer(ct)));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct) =>
            throw new InvalidOperationException("A second opinion comes as one document, never as a stream.");

        public ValueTask<IReadOnlyList<Model>> ListAsync(CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<Model>>([Model]);

        public ValueTask<ModelCandidates> CandidatesAsync(string model, CancellationToken ct) =>
            ValueTask.FromResult(model == Model.Id ? new ModelCandidates([Model], [Model]) : ModelCandidates.None);
    }
}
