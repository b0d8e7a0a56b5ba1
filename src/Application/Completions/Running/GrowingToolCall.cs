using System.Text;
using CleanLlm.Application.Answers;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions.Running;

/// <summary>A tool call of which pieces still come.</summary>
/// <param name="providerId">The provider's id of it, as its first piece told; null when that told none.</param>
/// <param name="isTentative">Whether it is a call only if arguments follow: its piece repeats the name of a call that had ended.</param>
/// <param name="newSteps">Makes what its name and its arguments pass through on their way to readers.</param>
internal sealed class GrowingToolCall(string? providerId, bool isTentative, Func<AnswerStrand, AnswerChain> newSteps)
{
    /// <summary>Arguments of a call that has none, and what some servers send before the real ones.</summary>
    private const string None = "{}";

    private readonly StringBuilder arguments = new();
    private readonly StringBuilder shown = new();
    private AnswerChain? steps;
    private string? shownName;
    private JsonBalance balance;
    private bool hasNone;

    /// <summary>The provider's id; null when it gives none.</summary>
    public string? ProviderId => providerId;

    /// <summary>The id that readers know it by; null until it is shown.</summary>
    public string? Id { get; set; }

    /// <summary>The function to call; null until it is known.</summary>
    public string? Name { get; set; }

    /// <summary>The name as readers may see it.</summary>
    public string ShownName => shownName ??= Whole(newSteps(AnswerStrand.ToolName), Name!);

    /// <summary>Name and arguments as the model wrote them.</summary>
    public IEnumerable<string> Written => [Name!, arguments.Length > 0 ? arguments.ToString() : None];

    /// <summary>The arguments so far, as readers may see them. An empty object is not among them before the end, as others may follow it.</summary>
    public string Arguments => shown.ToString();

    /// <summary>What the model's family needs back beside it, as JSON.</summary>
    public string? ExtraContent { get; private set; }

    /// <summary>Whether nothing more can belong to its arguments.</summary>
    public bool IsOver => balance.IsComplete;

    /// <summary>Whether it can be made.</summary>
    public bool IsKnown => Name is not null && (!isTentative || hasNone || arguments.Length > 0);

    private bool HasEnded => IsOver || IsEmptyObject;

    private bool IsEmptyObject => hasNone && arguments.Length == 0;

    /// <summary>Adds to it.</summary>
    /// <returns>What may be shown of it. What comes after the end of the arguments is dropped, as it would make them unreadable.</returns>
    public string Add(string piece, string? extraContent)
    {
        ExtraContent = extraContent ?? ExtraContent;
        if (IsOver || piece.Length == 0)
            return "";
        if (arguments.Length == 0 && piece.AsSpan().Trim() is None)
        {
            hasNone = true;
            return "";
        }

        arguments.Append(piece);
        balance.Append(piece);
        return Shown((steps ??= newSteps(AnswerStrand.ToolArguments)).Push(piece));
    }

    /// <summary>Nothing more comes.</summary>
    /// <returns>What may be shown of what was held back.</returns>
    public string Flush() => Shown(steps?.Flush() ?? "");

    /// <summary>Whether a piece under its index, but with an id that was not seen before, begins another call.</summary>
    /// <remarks>Some servers make a new id for each piece, and some tell the id late: neither does.</remarks>
    public bool EndsBefore(string? name) => name is null ? IsOver : ProviderId is not null || HasEnded || (Name ?? name) != name;

    /// <summary>Whether a piece under its index, with its id or none, begins another call.</summary>
    /// <remarks>Before the end of its arguments the first name stands; after it a piece that only repeats its id and what it had does not.</remarks>
    public bool EndsBefore(string? id, string? name, string more)
    {
        if (name is null || !HasEnded)
            return false;
        return name != Name || id is null || !IsRepetition(more);
    }

    /// <summary>As it is kept.</summary>
    public ToolCall ToToolCall() => new(Id!, ShownName, arguments.Length > 0 ? Arguments : None) { ExtraContent = ExtraContent };

    private static string Whole(AnswerChain steps, string text) => steps.Push(text) + steps.Flush();

    private string Shown(string more)
    {
        shown.Append(more);
        return more;
    }

    private bool IsRepetition(string more) =>
        string.IsNullOrWhiteSpace(more) || arguments.Equals(more) || (IsEmptyObject && more.AsSpan().Trim() is None);
}
