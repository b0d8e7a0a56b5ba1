using System.ComponentModel.DataAnnotations;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>The section <c>OpenAi</c>: what clients may send to <c>/v1</c>.</summary>
internal sealed record OpenAiOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "OpenAi";

    /// <summary>Largest request body in bytes, as it comes and once unpacked, 413 beyond it. Default 8 MiB: conversations come whole, with their pictures.</summary>
    [Range(1_024, 64 * 1_024 * 1_024)]
    public long MaxBodyBytes { get; init; } = 8 * 1_024 * 1_024;

    /// <summary>Deepest nesting of a JSON body, 400 beyond it. Default 64: schemas of tools nest deeply.</summary>
    [Range(8, 256)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>
    /// Fields that reach providers of kind <c>OpenAi</c> unchanged, beside <see cref="ProviderFields.WellKnown"/>. Whatever they cost or
    /// change is not counted here before the provider tells it. Default none.
    /// </summary>
    public IReadOnlyList<string> PassedOnFields { get; init; } = [];

    /// <summary>Fields that are ignored although they would pass. Default none.</summary>
    public IReadOnlyList<string> IgnoredFields { get; init; } = [];

    /// <summary>Fields inside messages that reach providers of kind <c>OpenAi</c> unchanged, beside those that always do. Default none.</summary>
    public IReadOnlyList<string> PassedOnMessageFields { get; init; } = [];

    /// <summary>The same inside the parts of a message and the picture, sound or file in them. Default none.</summary>
    public IReadOnlyList<string> PassedOnPartFields { get; init; } = [];

    /// <summary>The same inside calls of tools. Default none.</summary>
    public IReadOnlyList<string> PassedOnCallFields { get; init; } = [];

    /// <summary>The same inside tools and their functions. Default none.</summary>
    public IReadOnlyList<string> PassedOnToolFields { get; init; } = [];

    /// <summary>
    /// Whether pictures may be given by addresses in the network of the provider: names without a dot, and addresses that are private,
    /// local or link-local. A provider that fetches them would fetch whatever a caller names there. Default false.
    /// </summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. AtTheTop(), .. Inside(PassedOnMessageFields, nameof(PassedOnMessageFields)), .. Inside(PassedOnPartFields, nameof(PassedOnPartFields)),
        .. Inside(PassedOnCallFields, nameof(PassedOnCallFields)), .. Inside(PassedOnToolFields, nameof(PassedOnToolFields)),
    ];

    private static IEnumerable<ValidationResult> Inside(IReadOnlyList<string> names, string setting) =>
        from entry in names.Select((name, index) => (Name: name, Index: index))
        where !InnerFields.MayPass(entry.Name)
        select new ValidationResult(
            $"OpenAi:{setting}:{entry.Index} must be a name in lower case with digits and '_', and none that is read here, such as the role, the text "
            + "or the address.",
            [setting]);

    private IEnumerable<ValidationResult> AtTheTop() =>
        from entry in PassedOnFields.Select((name, index) => (Name: name, Index: index))
        where !ProviderFields.MayPass(entry.Name)
        select new ValidationResult(
            $"OpenAi:PassedOnFields:{entry.Index} must be a name in lower case with digits and '_', and none that decides the model, the bound, the "
            + "messages, the address or how the answer is delivered.",
            [nameof(PassedOnFields)]);
}
