using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Section <c>Prompting:Leak</c>: when an answer gives instructions away (steps <c>leak</c> and <c>leak_own</c>).</summary>
public sealed record LeakOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Leak";

    /// <summary>
    /// How many letters of the instructions an answer may repeat in a row; spaces and punctuation do not count, a character of a script without spaces
    /// between words counts three times. 40 to 1,000; default 60, about twelve words, by the measurements of docs/answer-screening.md.
    /// </summary>
    [Range(40, 1000)]
    public int Letters { get; init; } = 60;

    /// <summary>Sentences of the instructions that an answer may hold, such as those that the model is told to say. Default none.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];
}
