using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>What one user has waiting at the <see cref="AdmissionGate"/>; touched under its lock only.</summary>
internal sealed class AdmissionShare
{
    private readonly LinkedList<AdmissionWait> waits = [];

    public AdmissionShare(UserId user) =>
        (User, Turn, Rank) = (user, new LinkedListNode<AdmissionShare>(this), new LinkedListNode<AdmissionShare>(this));

    /// <summary>Whose it is.</summary>
    public UserId User { get; }

    /// <summary>Its place among those whose turn comes.</summary>
    public LinkedListNode<AdmissionShare> Turn { get; }

    /// <summary>Its place among those in which as many wait.</summary>
    public LinkedListNode<AdmissionShare> Rank { get; }

    /// <summary>How many wait.</summary>
    public int Count => waits.Count;

    /// <summary>The one that came first.</summary>
    public AdmissionWait First => waits.First!.Value;

    /// <summary>The one that came last.</summary>
    public AdmissionWait Last => waits.Last!.Value;

    /// <summary>One more waits.</summary>
    /// <param name="now">The moment, as a timestamp of the clock.</param>
    public AdmissionWait Add(long now)
    {
        var wait = new AdmissionWait(this, now);
        waits.AddLast(wait.Place);
        return wait;
    }
}

/// <summary>A request that waits at the <see cref="AdmissionGate"/>.</summary>
internal sealed class AdmissionWait
{
    private readonly TaskCompletionSource<Error?> turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AdmissionWait(AdmissionShare share, long since) => (Share, Since, Place) = (share, since, new LinkedListNode<AdmissionWait>(this));

    /// <summary>Its user's.</summary>
    public AdmissionShare Share { get; }

    /// <summary>Since when it waits, as a timestamp of the clock.</summary>
    public long Since { get; }

    /// <summary>Its place among them.</summary>
    public LinkedListNode<AdmissionWait> Place { get; }

    /// <summary>Null once it is let in; or why it is not.</summary>
    public Task<Error?> Turn => turn.Task;

    /// <summary>Whether it still waits; looked at under the gate's lock only.</summary>
    public bool IsWaiting => Place.List is not null;

    /// <summary>It waits no more.</summary>
    public void Leave() => Place.List!.Remove(Place);

    /// <summary>Tells the request.</summary>
    public void Answer(Error? refusal) => turn.SetResult(refusal);
}
