using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>The codes of what screening notices.</summary>
internal static class Reasons
{
    /// <summary>Tells the model to drop what it was told.</summary>
    public const string InstructionOverride = "instruction_override";

    /// <summary>Asks for the instructions of the model.</summary>
    public const string PromptExtraction = "prompt_extraction";

    /// <summary>Forges turns, roles or markup of a chat.</summary>
    public const string RoleForgery = "role_forgery";

    /// <summary>Forbids the model to refuse, or takes its rules away.</summary>
    public const string RefusalSuppression = "refusal_suppression";

    /// <summary>Gives the model another self that has no rules.</summary>
    public const string PersonaOverride = "persona_override";

    /// <summary>Makes the model send data away, by an address or an image.</summary>
    public const string ExfiltrationLink = "exfiltration_link";

    /// <summary>Speaks to a model out of a document or a tool's result.</summary>
    public const string IndirectInstruction = "indirect_instruction";

    /// <summary>What was found stands in an encoded form.</summary>
    public const string EncodedPayload = "encoded_payload";

    /// <summary>What was found is spread over several texts or strings.</summary>
    public const string SplitPayload = "split_payload";

    /// <summary>No reason but the opposite: talk about attacks, which makes what it quotes weigh less.</summary>
    public const string Discussion = "discussion";

    /// <summary>Those that rules may give.</summary>
    public static readonly FrozenSet<string> OfRules = FrozenSet.Create(
        StringComparer.Ordinal,
        InstructionOverride, PromptExtraction, RoleForgery, RefusalSuppression, PersonaOverride, ExfiltrationLink, IndirectInstruction, EncodedPayload, Discussion);
}
