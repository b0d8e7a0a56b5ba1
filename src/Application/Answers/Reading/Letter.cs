namespace CleanLlm.Application.Answers.Reading;

/// <summary>A folded letter or digit of an answer, or what separates words.</summary>
/// <param name="Value">The letter; a space for a separator.</param>
/// <param name="Start">Where it is written, in characters from the beginning of the strand.</param>
/// <param name="End">Behind its last character.</param>
internal readonly record struct Letter(char Value, int Start, int End)
{
    /// <summary>What stands for a separator.</summary>
    public const char Separator = ' ';

    /// <summary>Whether it separates words.</summary>
    public bool IsSeparator => Value == Separator;
}
