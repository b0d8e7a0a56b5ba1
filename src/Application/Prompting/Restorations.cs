using System.Collections.Immutable;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// What was sent in the place of what a user wrote, so that the answer can be turned back for that user. Immutable; it goes with the run and
/// is neither stored nor logged.
/// </summary>
public sealed class Restorations
{
    /// <summary>Nothing was replaced.</summary>
    public static readonly Restorations None = new(ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));

    private readonly ImmutableDictionary<string, string> originals;

    private Restorations(ImmutableDictionary<string, string> originals) => this.originals = originals;

    /// <summary>What was sent, and what the user wrote there.</summary>
    public IReadOnlyDictionary<string, string> Originals => originals;

    /// <summary>A copy that also knows a placeholder.</summary>
    /// <param name="placeholder">What is sent.</param>
    /// <param name="original">What the user wrote.</param>
    public Restorations With(string placeholder, string original) => new(originals.SetItem(placeholder, original));
}
