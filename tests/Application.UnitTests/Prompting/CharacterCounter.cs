using CleanLlm.Application.Ai;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>Counts a token for each character.</summary>
internal sealed class CharacterCounter : ITokenCounter
{
    public int Count(string text) => Count(text, int.MaxValue);

    public int Count(string text, int most) => Math.Min(text.Length, most == int.MaxValue ? text.Length : most + 1);

    public int AtLeast(string text) => text.Length / 10;
}
