namespace CleanLlm.Application.Faults;

/// <summary>Tells the expected faults of a database from bugs.</summary>
public interface IDatabaseFaults
{
    /// <summary>Whether the same call may succeed later: the connection failed or took too long, or the server refuses work for now.</summary>
    bool IsTransient(Exception fault);

    /// <summary>Whether the row to change had been changed or deleted meanwhile: a retry sees its new state.</summary>
    bool IsConflict(Exception fault);
}
