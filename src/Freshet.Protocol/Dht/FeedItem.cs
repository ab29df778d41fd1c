using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>What a feed's item in the DHT says (BEP 46): the info-hash of its torrent.</summary>
public static class FeedItem
{
    /// <summary>The value that names a torrent.</summary>
    public static byte[] Write(InfoHash torrent)
        => new BencodeWriter(Sha1Hash.Length + 16).Dictionary().Key("ih"u8).String(torrent.Value.Bytes).End().Written.ToArray();

    /// <summary>Reads the torrent that a value names. What else is in it is passed over; false where there is no info-hash of 20 bytes, or two.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out InfoHash torrent)
    {
        torrent = default;
        if (value.Length > DhtLimits.MaxValue)
            return false;
        var reader = new BencodeReader(value, DhtLimits.Bencode);
        if (!reader.Read() || reader.Token != BencodeToken.DictionaryStart)
            return false;
        bool isFound = false;
        while (reader.Read() && reader.Depth > 0)
        {
            bool isHash = reader.Bytes.SequenceEqual("ih"u8);
            if (!reader.Read())
                return false;
            if (isHash)
            {
                if (isFound || reader.Token != BencodeToken.String || reader.Bytes.Length != Sha1Hash.Length)
                    return false;
                isFound = true;
                torrent = new InfoHash(new Sha1Hash(reader.Bytes));
            }

            if (!reader.Skip())
                return false;
        }

        return isFound && reader.IsComplete && reader.Position == value.Length;
    }
}
