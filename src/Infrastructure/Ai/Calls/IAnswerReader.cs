namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Reads one answer in the JSON of a kind of server; keeps what has to be known from one event to the next.</summary>
internal interface IAnswerReader
{
    /// <summary>What a JSON object says.</summary>
    /// <param name="json">Begins with it; moves behind it.</param>
    /// <param name="isDocument">It is the whole answer, and no event of a stream.</param>
    AnswerEvent Read(ref ReadOnlySpan<byte> json, bool isDocument);
}
