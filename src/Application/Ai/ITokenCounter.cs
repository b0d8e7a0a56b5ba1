namespace CleanLlm.Application.Ai;

/// <summary>Counts tokens as models do; exact for the models whose vocabulary it has, close for others.</summary>
public interface ITokenCounter
{
    /// <summary>The number of tokens of a text without any framing.</summary>
    int Count(string text);
}
