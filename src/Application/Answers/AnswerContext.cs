using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers;

/// <summary>An answer on its way to its caller, and what the steps noticed in it. A checkpoint may read the findings while it grows.</summary>
/// <param name="userId">Whose answer it is.</param>
public sealed class AnswerContext(UserId userId)
{
    private readonly Lock gate = new();
    private readonly List<Finding> findings = [];
    private Dictionary<object, object?>? made;

    /// <summary>Whose answer it is.</summary>
    public UserId UserId => userId;

    /// <summary>What the prompt's steps replaced in what was sent, to be turned back for its owner.</summary>
    public Restorations Restorations { get; init; } = Restorations.None;

    /// <summary>What steps do for the user by the user's plan; a step that is absent is set by the configuration.</summary>
    public IReadOnlyList<StepSetting> Settings { get; init; } = [];

    /// <summary>What tells the model what to do, as it was sent.</summary>
    public IReadOnlyList<Instruction> Instructions { get; init; } = [];

    /// <summary>What was noticed so far, one finding for each step and code.</summary>
    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (gate)
                return [.. findings];
        }
    }

    /// <summary>Whether a step has stopped the answer: no more of its text, reasoning and calls is shown.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>
    /// What a step needs for all strands of the answer, made once, when the first of them begins. Strands begin one after the other, on the
    /// answer's own thread.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="make">Makes it; null for nothing.</param>
    public T? Once<T>(IAnswerStep step, Func<T?> make)
        where T : class
    {
        made ??= [];
        if (!made.TryGetValue(step, out var known))
            made.Add(step, known = make());
        return (T?)known;
    }

    /// <summary>Notes something that was let pass, or changed; never with text of the answer.</summary>
    public void Report(Finding finding)
    {
        lock (gate)
        {
            var known = findings.FindIndex(other => other.Step == finding.Step && other.Code == finding.Code);
            if (known < 0)
                findings.Add(finding);
            else
                findings[known] = finding with { Count = finding.Count + findings[known].Count };
        }
    }

    /// <summary>Notes why the answer must not go on, and stops it: <c>completion.blocked</c>. What was held back is dropped.</summary>
    public void Block(Finding reason)
    {
        Report(reason);
        IsBlocked = true;
    }
}
