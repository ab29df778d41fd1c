namespace Freshet.Engine.Metadata;

/// <summary>Bounds the metadata that all torrents of a session fetch at once, by the sizes that peers say: what is begun can be finished.</summary>
public sealed class MetadataBudget
{
    /// <summary>Eight of the largest, or a thousand of usual size.</summary>
    public const long Limit = 256L * 1024 * 1024;

    private long _taken;

    /// <summary>Takes room; false where there is not enough.</summary>
    public bool TryTake(int size)
    {
        if (_taken + size > Limit)
            return false;
        _taken += size;
        return true;
    }

    /// <summary>Gives room back.</summary>
    public void Return(int size) => _taken -= size;
}
