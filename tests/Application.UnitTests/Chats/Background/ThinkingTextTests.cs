using CleanLlm.Application.Chats.Background;

namespace CleanLlm.Application.UnitTests.Chats.Background;

/// <summary>How models of several families mark what they think, when their server leaves it in the text.</summary>
public sealed class ThinkingTextTests
{
    [TestCase("All about love", "All about love")]
    [TestCase("a < b and c > d", "a < b and c > d")]
    [TestCase("<think>\nHm.\n</think>\n\nLove", "Love")]
    [TestCase("<THINK>Hm.</Think>Love", "Love")]
    [TestCase("<think time=\"3\">Hm.</think>Love", "Love")]
    [TestCase("<think></think>Love", "Love")]
    [TestCase("<thinking>Hm.</thinking>Love", "Love")]
    [TestCase("<thought>Hm.</thought>Love", "Love")]
    [TestCase("<reasoning>Hm.</reasoning>Love", "Love")]
    [TestCase("<seed:think>Hm.</seed:think>Love", "Love")]
    [TestCase("◁think▷Hm.◁/think▷Love", "Love")]
    [TestCase("[THINK]Hm.[/THINK]Love", "Love")]
    [TestCase("<|START_THINKING|>Hm.<|END_THINKING|>Love", "Love")]
    [TestCase("<|begin_of_thought|>Hm.<|end_of_thought|>Love", "Love")]
    [TestCase("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Love<|return|>", "Love")]
    [TestCase("<think>a</think>Love<think>b</think>", "Love")]
    [TestCase("<think>a<think>b</think>c</think>Love", "Love")]
    [TestCase("The template opened it.</think>Love", "Love")]
    [TestCase("Hm.◁/think▷Love", "Love")]
    [TestCase("<think>never closed", "")]
    [TestCase("◁think▷never closed", "")]
    [TestCase("Love<thinking>and never closed", "Love")]
    [TestCase("<|channel|>analysis<|message|>never answered", "")]
    [TestCase("<|channel|>final", "")]
    public void Remove_LeavesTheAnswerAlone(string written, string answer) => ThinkingText.Remove(written).Trim().Should().Be(answer);
}
