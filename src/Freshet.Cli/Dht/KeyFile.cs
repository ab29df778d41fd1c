using System.Security.Cryptography;

namespace Freshet.Cli.Dht;

/// <summary>A file with a private key of Ed25519: its 32 bytes as 64 hex digits. Only its owner may read it.</summary>
internal static class KeyFile
{
    private const int Bytes = 32;

    /// <summary>Reads the key; where there is no file makes one with a new key.</summary>
    /// <exception cref="CommandFailure">It cannot be read or made, or holds something else.</exception>
    public static async Task<byte[]> ReadOrMakeAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            if (!file.Exists)
                return await MakeAsync(file, cancellationToken);
            string text = file.Length > 4 * Bytes ? "" : (await File.ReadAllTextAsync(file.FullName, cancellationToken)).Trim();
            return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit)
                ? Convert.FromHexString(text)
                : throw new CommandFailure(ExitCode.SourceUnreadable, $"{file} is no private key: it must hold 64 hex digits.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.SourceUnreadable, $"the key {file} cannot be read or made: {error.Message}");
        }
    }

    private static async Task<byte[]> MakeAsync(FileInfo file, CancellationToken cancellationToken)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Bytes);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(file.FullName, options);
        await writer.WriteLineAsync(Convert.ToHexStringLower(key).AsMemory(), cancellationToken);
        return key;
    }
}
