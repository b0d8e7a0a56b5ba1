namespace CleanLlm.Domain.Chats;

/// <summary>How long the prompt of an answer was: by its provider, and by the count made here before it was sent.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="Reported">Tokens by the provider.</param>
/// <param name="Counted">Tokens by the count made here.</param>
public readonly record struct PromptMeasure(string Model, int Reported, int Counted)
{
    // A provider that reports less than half of the count leaves something out, such as what it had in its cache.
    private const int Half = 2;

    /// <summary>The provider's expected count of a later prompt of the same chat: what it adds to the earlier one is taken as counted here.</summary>
    /// <param name="model">The model that the later prompt goes to.</param>
    /// <param name="counted">Tokens of the later prompt by the count made here.</param>
    /// <returns>The tokens; <paramref name="counted"/> where the measure says nothing of such a prompt.</returns>
    public int Expect(string model, int counted)
    {
        var expected = (long)counted + Reported - Counted;
        return model == Model && IsCredible(Reported, Counted) && IsCredible(expected, counted) ? (int)Math.Min(expected, int.MaxValue) : counted;
    }

    private static bool IsCredible(long tokens, int counted) => tokens > 0 && tokens >= counted / Half;
}
