namespace CleanLlm.Application.Settings;

/// <summary>The program cannot start as it is configured, or without what it needs. What is printed is for the operator; nothing of it is secret.</summary>
public sealed class StartRefusedException : Exception
{
    /// <summary>For one fault.</summary>
    /// <param name="fault">One line: the setting, what is wrong with it, what to do.</param>
    /// <param name="cause">What showed it, if anything did.</param>
    public StartRefusedException(string fault, Exception? cause = null)
        : base(fault, cause) => Faults = [fault];

    /// <summary>For several faults.</summary>
    /// <param name="faults">A line for each.</param>
    public StartRefusedException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>A line for each fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
