using CleanLlm.Domain.Models;

namespace CleanLlm.Application.Ai;

/// <summary>Tells whether providers have places for further calls, at this moment and on this instance.</summary>
public interface IProviderPlaces
{
    /// <summary>
    /// Whether one of the candidates may take a call: it has a free place, or one may be waited for. A place is not kept: another call may take it.
    /// </summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="isBackground">No caller waits for the answer: such a call neither queues nor takes the last place.</param>
    bool Any(IReadOnlyList<Model> candidates, bool isBackground);
}
