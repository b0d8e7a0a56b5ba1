using System.Globalization;

namespace CleanLlm.Testing;

/// <summary>
/// The real time that tests allow. These bounds belong to the tests: they only end a test that would never end by itself, also on a machine
/// that is many times slower or busier than usual. Figures that the product promises are printed by the scripts in <c>build/</c>.
/// </summary>
public static class Patience
{
    /// <summary>
    /// How long a test waits for something that has to happen. The variable <c>TEST_PATIENCE_SECONDS</c> sets another bound: a mutation run
    /// (<c>build/mutate.sh</c>) has many changes under which a test waits in vain.
    /// </summary>
    public static readonly TimeSpan Limit = int.TryParse(Environment.GetEnvironmentVariable("TEST_PATIENCE_SECONDS"), CultureInfo.InvariantCulture, out var seconds)
        ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.FromMinutes(3);

    /// <summary>What a busy machine may add to a period that the product measures in real time itself.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(40);

    /// <summary>A token that ends a wait of <see cref="Limit"/>.</summary>
    public static CancellationTokenSource Deadline() => new(Limit);
}
