using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Http;

/// <summary>Reads the query of an announce (BEP 3, 7, 21, 23) and of a scrape (BEP 48). Of a name that comes twice the first counts.</summary>
internal static class AnnounceQuery
{
    // A key's bytes; clients send eight hexadecimal digits.
    private const int MaxKey = 64;

    // An address as text, with a zone.
    private const int MaxAddress = 64;

    private static readonly SipHash KeyHash = new(0x6672657368657400, 0x747261636B657200);

    /// <summary>Reads an announce.</summary>
    /// <param name="query">What follows the question mark.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="call">The announce.</param>
    /// <param name="error">What is wrong with it, for its sender to read.</param>
    public static bool TryRead(ReadOnlySpan<byte> query, PeerAddress source, out AnnounceCall call, [NotNullWhen(false)] out string? error)
    {
        call = default;
        error = null;
        Sha1Hash? swarm = null, peer = null;
        long? port = null, left = null, wanted = null;
        CallEvent? announceEvent = null;
        ulong key = 0;
        bool? wantsList = null;
        bool withoutIds = false;
        PeerAddress? claimed = null;
        Span<byte> room = stackalloc byte[MaxKey];
        var reader = new QueryReader(query);
        while (reader.Next() && error is null)
        {
            ReadOnlySpan<byte> name = reader.Name;
            if (name.SequenceEqual("info_hash"u8))
                swarm ??= ReadHash(reader, ref error, "info_hash is not 20 bytes.");
            else if (name.SequenceEqual("peer_id"u8))
                peer ??= ReadHash(reader, ref error, "peer_id is not 20 bytes.");
            else if (name.SequenceEqual("port"u8))
                port ??= ReadNumber(reader.Value, ref error, "port is no number.");
            else if (name.SequenceEqual("left"u8))
                left ??= ReadNumber(reader.Value, ref error, "left is no number.");
            else if (name.SequenceEqual("numwant"u8))
                wanted ??= ReadNumber(reader.Value, ref error, "numwant is no number.");
            else if (name.SequenceEqual("event"u8))
                announceEvent ??= EventOf(reader.Value);
            else if (name.SequenceEqual("compact"u8))
                wantsList ??= reader.Value.SequenceEqual("0"u8);
            else if (name.SequenceEqual("no_peer_id"u8))
                withoutIds = reader.Value.SequenceEqual("1"u8);
            else if (name.SequenceEqual("key"u8) && key == 0 && reader.Unescape(room) is > 0 and int keyLength)
                key = KeyOf(room[..keyLength]);
            else if (name.SequenceEqual("ip"u8) && reader.Unescape(room[..MaxAddress]) is > 0 and int addressLength)
                claimed ??= PeerAddress.Parse(Encoding.ASCII.GetString(room[..addressLength]));
        }

        error ??= swarm is null ? "info_hash is missing." : peer is null ? "peer_id is missing."
            : port is null ? "port is missing." : port is < 0 or > ushort.MaxValue ? "port is out of range." : null;
        if (error is not null)
            return false;
        call = new AnnounceCall
        {
            Swarm = new InfoHash(swarm!.Value),
            PeerId = peer!.Value,
            Source = source,
            Port = (ushort)port!.Value,

            // Who does not say what it lacks has not got everything.
            Left = left ?? 1,
            Event = announceEvent ?? CallEvent.None,
            Wanted = wanted is null or < 0 ? -1 : (int)Math.Min(wanted.Value, int.MaxValue),
            Key = key,
            Claimed = claimed,
            WantsList = wantsList == true,
            WithoutPeerIds = withoutIds,
        };
        return true;
    }

    /// <summary>Reads the info-hashes of a scrape.</summary>
    /// <param name="query">What follows the question mark.</param>
    /// <param name="hashes">Where they go, without doubles; more than fit are left out.</param>
    /// <returns>How many there are; 0: all torrents are asked for; -1: one is malformed.</returns>
    public static int ReadScrape(ReadOnlySpan<byte> query, Span<InfoHash> hashes)
    {
        int count = 0;
        string? error = null;
        var reader = new QueryReader(query);
        while (reader.Next())
        {
            if (!reader.Name.SequenceEqual("info_hash"u8))
                continue;
            if (ReadHash(reader, ref error, "malformed") is not { } hash)
                return -1;
            if (count < hashes.Length && !hashes[..count].Contains(new InfoHash(hash)))
                hashes[count++] = new InfoHash(hash);
        }

        return count;
    }

    private static Sha1Hash? ReadHash(QueryReader reader, ref string? error, string complaint)
    {
        Span<byte> bytes = stackalloc byte[Sha1Hash.Length];
        if (reader.Unescape(bytes) == Sha1Hash.Length)
            return new Sha1Hash(bytes);
        error = complaint;
        return null;
    }

    // A minus sign is read too: some clients say -1 where they mean nothing; a number beyond all sense is a very large one.
    private static long? ReadNumber(ReadOnlySpan<byte> value, ref string? error, string complaint)
    {
        ReadOnlySpan<byte> digits = value.StartsWith("-"u8) ? value[1..] : value;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            error = complaint;
            return null;
        }

        return Utf8Parser.TryParse(value, out long number, out _) ? number : digits.Length < value.Length ? -1 : long.MaxValue;
    }

    private static CallEvent EventOf(ReadOnlySpan<byte> value)
        => value.SequenceEqual("started"u8) ? CallEvent.Started
            : value.SequenceEqual("completed"u8) ? CallEvent.Completed
            : value.SequenceEqual("stopped"u8) ? CallEvent.Stopped
            : value.SequenceEqual("paused"u8) ? CallEvent.Paused
            : CallEvent.None;

    // Eight hexadecimal digits are the number that the same client sends over UDP.
    private static ulong KeyOf(ReadOnlySpan<byte> key)
        => key.Length <= 8 && Utf8Parser.TryParse(key, out uint number, out int read, 'X') && read == key.Length ? number : KeyHash.Hash(key) | (1UL << 63);
}
