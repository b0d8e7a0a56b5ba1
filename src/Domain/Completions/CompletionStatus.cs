namespace CleanLlm.Domain.Completions;

/// <summary>Where a completion is in its life: queued → running → succeeded, failed or cancelled.</summary>
public enum CompletionStatus
{
    /// <summary>Accepted, not yet started.</summary>
    Queued = 1,

    /// <summary>Admitted; the model is asked.</summary>
    Running = 2,

    /// <summary>Answered in full.</summary>
    Succeeded = 3,

    /// <summary>Ended by an error; what had been produced is kept and charged.</summary>
    Failed = 4,

    /// <summary>Ended by the caller; what had been produced is kept and charged.</summary>
    Cancelled = 5,
}
