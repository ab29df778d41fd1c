namespace Freshet.Redis;

/// <summary>Redis does not answer, refused a command, or said what is not understood.</summary>
public sealed class RedisException : Exception
{
    /// <summary>Says what went wrong.</summary>
    public RedisException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
