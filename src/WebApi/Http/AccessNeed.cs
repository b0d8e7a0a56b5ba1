namespace CleanLlm.WebApi.Http;

/// <summary>Says on an endpoint what a caller lacks that is answered 403.</summary>
/// <param name="Detail">One sentence for the caller.</param>
internal sealed record AccessNeed(string Detail);
