namespace CleanLlm.Testing.Upstream;

/// <summary>How a scripted server puts its answers into JSON.</summary>
internal interface IAnswerFormat
{
    /// <summary>A whole answer; without usage when that is null.</summary>
    string Document(UpstreamCall call, string text, string finish, int? completionTokens);

    /// <summary>A document that holds no answer.</summary>
    string Empty(UpstreamCall call);

    /// <summary>What opens a stream; null when nothing does.</summary>
    string? Opening(UpstreamCall call);

    /// <summary>A piece of a stream.</summary>
    string Piece(UpstreamCall call, string text);

    /// <summary>The events that end a stream; without usage when that is null.</summary>
    IEnumerable<string> Ending(UpstreamCall call, string finish, int? completionTokens, bool marked);

    /// <summary>Calls of tools as the events of a stream.</summary>
    IEnumerable<string> ToolPieces(UpstreamCall call, int calls);

    /// <summary>Calls of tools in one document.</summary>
    string ToolDocument(UpstreamCall call, int calls);
}
