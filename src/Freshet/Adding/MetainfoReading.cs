using Freshet.Core;

namespace Freshet;

/// <summary>Turns a source's bytes into metainfo, and what is wrong with them into a message.</summary>
internal static class MetainfoReading
{
    public static Metainfo Read(ReadOnlyMemory<byte> bytes, string description)
    {
        try
        {
            return Metainfo.Load(bytes);
        }
        catch (MetainfoException error)
        {
            throw new FreshetException(FreshetError.SourceInvalid, $"{description}: {error.Message}", error);
        }
    }
}
