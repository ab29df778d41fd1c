namespace Freshet.IO.State;

/// <summary>The state folder cannot be used as it is; the message says what to do.</summary>
public sealed class StateStoreException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    public StateStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
