namespace CleanLlm.Domain.Prompting;

/// <summary>What a step of the pipeline does about what it notices in a prompt or an answer.</summary>
public enum StepMode
{
    /// <summary>The step does not run.</summary>
    Off,

    /// <summary>The text stays; the completion carries a finding.</summary>
    Flag,

    /// <summary>The text is changed, such as by a placeholder; the completion carries a finding.</summary>
    Redact,

    /// <summary>The prompt is refused, or the answer is stopped.</summary>
    Block,
}
