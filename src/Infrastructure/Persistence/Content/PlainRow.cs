namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>A value that is not encrypted yet.</summary>
internal sealed class PlainRow
{
    public Guid Id { get; init; }

    public Guid? Owner { get; init; }

    public string Value { get; init; } = "";
}
