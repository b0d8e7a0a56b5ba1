namespace CleanLlm.WebApi.Http;

/// <summary>A body that has to be there although each member may be left out: one of several must be given.</summary>
internal interface IRequiredBody;
