namespace CleanLlm.Application.Prompting.Policies;

/// <summary>A step that prompts or answers pass through.</summary>
public interface IPipelineStep
{
    /// <summary>How it can be set; null for a step that always runs.</summary>
    StepPolicy? Policy => null;
}
