using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Prompting.Screening;

/// <summary>Prompts as the built-in rules see them.</summary>
internal static class Screened
{
    private static readonly InjectionScreener Screener = new(BuiltInRules.Load());

    public static int Threshold { get; } = new InjectionOptions().Threshold;

    public static ScreeningVerdict Text(string text) => Screener.Screen(text);

    public static ScreeningVerdict Heaviest(PromptContent content) => Screener.Screen(Drafts.Of(content))[0];

    public static InjectionStep Step(ISecondOpinion? opinion = null, SecondOpinionOptions? asking = null) =>
        new(opinion ?? new Opinion(null), Options.Create(new InjectionOptions { SecondOpinion = asking ?? new SecondOpinionOptions() }));

    public static async Task<IReadOnlyList<Finding>> FindingsAsync(PromptContent content, InjectionStep? step = null, StepMode? mode = null) =>
        (await (step ?? Step()).ApplyAsync(Drafts.Of(content), mode)).Value.Findings;

    /// <summary>A judge that always says the same.</summary>
    internal sealed class Opinion(bool? isAttack) : ISecondOpinion
    {
        public List<string> Asked { get; } = [];

        public ValueTask<bool?> IsAttackAsync(string text, CancellationToken ct)
        {
            Asked.Add(text);
            return ValueTask.FromResult(isAttack);
        }
    }
}
