namespace Freshet.IO.Http;

/// <summary>Ends an exchange with a reason that may be shown: it holds nothing of the URL. Never leaves the exchanger.</summary>
internal sealed class ExchangeException : Exception
{
    public ExchangeException(string message)
        : base(message)
    {
    }

    /// <summary>The body is longer than allowed.</summary>
    public static ExchangeException TooLong(int maxBytes) => new($"the answer is longer than {maxBytes} bytes");
}
