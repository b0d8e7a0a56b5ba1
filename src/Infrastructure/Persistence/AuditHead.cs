namespace CleanLlm.Infrastructure.Persistence;

/// <summary>The end of the audit chain: one row, locked by the transaction that adds a line.</summary>
internal sealed class AuditHead
{
    private const int TheOne = 1;

    private AuditHead()
    {
    }

    public int Id { get; private set; }

    /// <summary>The newest line's place; 0 before the first.</summary>
    public long Sequence { get; private set; }

    /// <summary>The newest line's hash; empty before the first.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>Lines were added.</summary>
    public void MoveTo(long sequence, byte[] hash) => (Sequence, Hash) = (sequence, hash);

    /// <summary>The row of a log without lines.</summary>
    public static AuditHead Empty => new() { Id = TheOne };
}
