namespace CleanLlm.Application.Faults;

/// <summary>Tells what a database fails by in the course of things from a bug.</summary>
public interface IDatabaseFaults
{
    /// <summary>Whether the same call may succeed later: the connection failed or took too long, or the server refuses work for now.</summary>
    bool IsTransient(Exception fault);

    /// <summary>Whether what was to be changed had been changed or deleted meanwhile: whoever comes again sees what became of it.</summary>
    bool IsConflict(Exception fault);
}
