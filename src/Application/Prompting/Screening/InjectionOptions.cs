using System.ComponentModel.DataAnnotations;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>Section <c>Prompting:Injection</c>: when the step <c>injection</c> takes a prompt for an attack.</summary>
public sealed record InjectionOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Injection";

    /// <summary>The score from which on a prompt is told of. 1 to 100; default 50, by the measurements of docs/prompt-screening.md.</summary>
    [Range(1, 100)]
    public int Threshold { get; init; } = 50;

    /// <summary>Whether a model is asked where the rules are not sure.</summary>
    public SecondOpinionOptions SecondOpinion { get; init; } = new();
}

/// <summary>Section <c>Prompting:Injection:SecondOpinion</c>: a model that is asked about scores in the middle.</summary>
public sealed record SecondOpinionOptions : IValidatableObject
{
    /// <summary>Whether it is asked. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>The model that is asked, one of those configured. Must be set when it is enabled.</summary>
    [MaxLength(200)]
    public string? Model { get; init; }

    /// <summary>The least score about which it is asked. 1 to 100; default 25.</summary>
    [Range(1, 100)]
    public int From { get; init; } = 25;

    /// <summary>The greatest score about which it is asked. 1 to 100; default 75.</summary>
    [Range(1, 100)]
    public int To { get; init; } = 75;

    /// <summary>How long it may take, in seconds; then the first score stands. 1 to 60; default 5.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; init; } = 5;

    /// <summary>How many characters it is shown at most: of each text its beginning and its end. 500 to 100,000; default 8,000.</summary>
    [Range(500, 100_000)]
    public int MostCharacters { get; init; } = 8_000;

    /// <summary>Whether it is asked about a score.</summary>
    public bool IsAskedAbout(int score) => Enabled && score >= From && score <= To;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && string.IsNullOrWhiteSpace(Model))
            yield return new ValidationResult("It must name the model that is asked.", [nameof(Model)]);
        if (From > To)
            yield return new ValidationResult($"It must be at least {nameof(From)}.", [nameof(To)]);
    }
}
