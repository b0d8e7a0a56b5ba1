namespace CleanLlm.Application.Paging;

/// <summary>One keyset page.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="NextCursor">Opaque; pass it as <c>cursor</c> for the next page. Null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
