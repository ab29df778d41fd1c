using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Freshet.Redis;

/// <summary>Where a Redis is, and who we are to it: <c>redis://[user:password@]host[:port][/database]</c>, or <c>rediss://</c> for TLS.</summary>
public sealed record RedisAddress
{
    /// <summary>The port where none is given.</summary>
    public const int DefaultPort = 6379;

    private RedisAddress()
    {
    }

    /// <summary>The name or address.</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the connection is encrypted; the certificate is always verified.</summary>
    public required bool UsesTls { get; init; }

    /// <summary>The database's number.</summary>
    public required int Database { get; init; }

    /// <summary>The user, or null: the default one.</summary>
    public string? User { get; init; }

    /// <summary>The password, or null: none is sent.</summary>
    public string? Password { get; init; }

    /// <summary>Reads a URL.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RedisAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        string path = uri.AbsolutePath.Trim('/');
        int database = 0;
        if (path.Length > 0 && !int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database))
            return false;
        string[] credentials = uri.UserInfo.Split(':', 2);
        address = new RedisAddress
        {
            Host = uri.IdnHost.Trim('[', ']'),
            Port = uri.Port > 0 ? uri.Port : DefaultPort,
            UsesTls = uri.Scheme == "rediss",
            Database = database,
            User = credentials[0].Length > 0 ? Uri.UnescapeDataString(credentials[0]) : null,
            Password = credentials.Length == 2 ? Uri.UnescapeDataString(credentials[1]) : null,
        };
        return true;
    }

    /// <summary>The address without its password.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}/{Database}");
}
