namespace CleanLlm.Application.Ai;

/// <summary>Counts tokens as models do; exact for the models whose vocabulary it has, close for others.</summary>
public interface ITokenCounter
{
    /// <summary>The number of tokens of a text without any framing.</summary>
    int Count(string text);

    /// <summary>
    /// As <see cref="Count(string)"/>, but no further than it takes to know that there are more than <paramref name="most"/>: the result is
    /// then more than that, and at most what there are.
    /// </summary>
    int Count(string text, int most);

    /// <summary>A number of tokens that the text has at least, told from its characters alone: hundreds of times cheaper than counting.</summary>
    int AtLeast(string text);
}
