namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>What one payer has at the <see cref="HashingGate"/>; touched under its lock only.</summary>
internal sealed class HashingShare
{
    public HashingShare(string payer) => (Payer, Turn) = (payer, new LinkedListNode<HashingShare>(this));

    /// <summary>Its payer.</summary>
    public string Payer { get; }

    /// <summary>Its place among those whose turn comes.</summary>
    public LinkedListNode<HashingShare> Turn { get; }

    /// <summary>Its jobs that wait, the oldest first.</summary>
    public LinkedList<HashingJob> Waiting { get; } = [];

    /// <summary>How many of its jobs run.</summary>
    public int Running { get; set; }
}
