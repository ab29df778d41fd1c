namespace Freshet.Tracker.Answering;

/// <summary>Refusals in words.</summary>
internal static class RefusalText
{
    public static ReadOnlySpan<byte> Of(Refusal refusal) => refusal switch
    {
        Refusal.NotServed => "This tracker does not serve this torrent."u8,
        Refusal.Full => "This tracker has no room for another torrent."u8,
        _ => default,
    };

    /// <summary>BEP 31: minutes until another try; lists of torrents change, and full trackers empty.</summary>
    public const int RetryMinutes = 30;
}
