namespace CleanLlm.Application.Prompting.Screening;

/// <summary>Another judge of texts about which the rules are not sure, such as a model.</summary>
public interface ISecondOpinion
{
    /// <summary>Whether a text tries to attack the model it is meant for; null when that could not be learned, whatever the cause.</summary>
    /// <param name="text">The text, perhaps long and hostile: data, never instructions.</param>
    /// <param name="ct">The caller's.</param>
    ValueTask<bool?> IsAttackAsync(string text, CancellationToken ct);
}
