namespace CleanLlm.Application.Answers;

/// <summary>The filters of one strand, one behind the other.</summary>
/// <param name="filters">In their order.</param>
/// <param name="context">The answer.</param>
internal sealed class AnswerChain(IAnswerFilter[] filters, AnswerContext context)
{
    /// <summary>How many characters one filter may hold back.</summary>
    public const int MostHeldBack = 4096;

    private char half;
    private bool isBroken;

    /// <summary>Takes in a piece and tells what of it, and of what was held back, may be shown. Half a surrogate pair at its end waits for the other half.</summary>
    /// <exception cref="InvalidOperationException">A filter holds back more than it may.</exception>
    public string Push(string piece)
    {
        if (half != '\0')
            (piece, half) = (half + piece, '\0');
        if (piece.Length > 0 && char.IsHighSurrogate(piece[^1]))
            (half, piece) = (piece[^1], piece[..^1]);
        return Through(piece, from: 0);
    }

    /// <summary>The strand has ended: tells what may still be shown. Half a surrogate pair that never got its other half is none.</summary>
    public string Flush()
    {
        var shown = "";
        for (var i = 0; i < filters.Length && !context.IsBlocked && !isBroken; i++)
            shown += Through(Rest(filters[i]), i + 1);
        return shown;
    }

    private string Rest(IAnswerFilter filter)
    {
        isBroken = true;
        var rest = filter.Flush();
        isBroken = false;
        return rest;
    }

    // After a fault nothing of the strand is shown any more: what a filter then holds, it has not judged.
    private string Through(string piece, int from)
    {
        if (isBroken)
            return "";
        isBroken = true;
        var passed = Pass(piece, from);
        isBroken = false;
        return passed;
    }

    private string Pass(string piece, int from)
    {
        for (var i = from; i < filters.Length && piece.Length > 0; i++)
        {
            piece = filters[i].Push(piece);
            if (context.IsBlocked)
                return "";
            if (filters[i].HeldBack > MostHeldBack)
                throw new InvalidOperationException($"{filters[i].GetType().Name} holds back more than {MostHeldBack} characters.");
        }

        return context.IsBlocked ? "" : piece;
    }
}
