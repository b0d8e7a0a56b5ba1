namespace CleanLlm.Application.Faults;

/// <summary>Tells a database that is away or overloaded from a bug.</summary>
public interface IDatabaseFaults
{
    /// <summary>Whether the same call may succeed later: the connection failed or took too long, or the server refuses work for now.</summary>
    bool IsTransient(Exception fault);
}
