using System.Net;
using System.Text.Json;
using Freshet.Cli.Dht;
using Freshet.Cli.Feeds;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Download;

/// <summary>One JSON object a line for each event: docs/json-events.md is the contract.</summary>
internal sealed class JsonDisplay(CommandContext context) : IDownloadDisplay
{
    private static readonly TimeSpan DhtInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _dhtAt;

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public Task RunAsync(Func<Task> work) => work();

    public void Added(Torrent torrent)
    {
        WriteAdded(torrent);
        context.Out.Flush();
    }

    public void Restored(IReadOnlyList<Torrent> torrents, int complete)
    {
        // One moment, and so one flush.
        foreach (Torrent torrent in torrents)
            WriteAdded(torrent);
        Write("restored", DateTimeOffset.UtcNow, null, json =>
        {
            json.WriteNumber("torrents", torrents.Count);
            json.WriteNumber("complete", complete);
        });
    }

    private void WriteAdded(Torrent torrent)
    {
        TorrentStatus status = torrent.Status();
        WriteUnflushed("added", DateTimeOffset.UtcNow, status.Id, json =>
        {
            json.WriteString("infoHash", status.Hashes.ToString());
            json.WriteString("name", status.Name);
            json.WriteString("directory", status.Directory);
            json.WriteNumber("totalBytes", status.TotalBytes);
            json.WriteNumber("wantedBytes", status.WantedBytes);
            json.WriteNumber("pieceCount", status.PieceCount);
        });
    }

    public void Update(SessionView view)
    {
        foreach (TorrentStatus status in view.Changed)
            WriteUnflushed("progress", view.Snapshot.Time, status.Id, json => StatusJson.WriteFields(json, status));
        if (view.Snapshot is { Dht: { Nodes: > 0 } dht, Time: var time } && time - _dhtAt >= DhtInterval)
        {
            _dhtAt = time;
            WriteUnflushed("dht", time, null, json => DhtJson.WriteFields(json, dht));
        }

        context.Out.Flush();
    }

    public void UpdatePeers(IReadOnlyList<TorrentPeers> torrents)
    {
        foreach (TorrentPeers one in torrents)
            Write("peers", DateTimeOffset.UtcNow, one.Torrent.Id, json => PeerTable.WriteJson(json, one.Peers));
    }

    public void Tell(TorrentEvent happened)
    {
        switch (happened)
        {
            case TorrentStateChanged state:
                Write("state", state.Time, state.Torrent, json =>
                {
                    json.WriteString("state", StatusJson.NameOf(state.State));
                    json.WriteString("reason", state.Reason);
                });
                break;
            case GoalReached goal:
                Write("goal", goal.Time, goal.Torrent, json =>
                {
                    json.WriteString("reason", goal.Reason);
                    json.WriteString("action", StatusJson.NameOf(goal.Action));
                });
                break;
            case MetadataReceived metadata:
                Write("metadata", metadata.Time, metadata.Torrent, json =>
                {
                    json.WriteString("name", metadata.Name);
                    json.WriteNumber("bytes", metadata.Size);
                });
                break;
            case MetadataFailed metadata:
                Write("metadataFailed", metadata.Time, metadata.Torrent, json =>
                {
                    json.WriteNumber("bytes", metadata.Size);
                    json.WriteNumber("senders", metadata.Senders);
                });
                break;
            case PieceCompleted piece when context.Verbosity > 0:
                Write("piece", piece.Time, piece.Torrent, json => json.WriteNumber("piece", piece.Piece.Value));
                break;
            case PieceFailed piece:
                Write("pieceFailed", piece.Time, piece.Torrent, json =>
                {
                    json.WriteNumber("piece", piece.Piece.Value);
                    json.WriteNumber("senders", piece.Senders);
                });
                break;
            case PeerConnected peer when context.Verbosity > 0:
                Write("peerConnected", peer.Time, peer.Torrent, json =>
                {
                    WriteEndpoint(json, peer.Endpoint);
                    json.WriteString("peerId", peer.Peer);
                    json.WriteString("transport", StatusJson.NameOf(peer.Transport));
                    json.WriteString("encryption", StatusJson.NameOf(peer.Encryption));
                });
                break;
            case PeerDisconnected peer when context.Verbosity > 0:
                Write("peerDisconnected", peer.Time, peer.Torrent, json =>
                {
                    WriteEndpoint(json, peer.Endpoint);
                    json.WriteString("reason", StatusJson.NameOf(peer.Reason));
                });
                break;
            case PeerBanned peer:
                Write("peerBanned", peer.Time, peer.Torrent, json =>
                {
                    WriteEndpoint(json, peer.Endpoint);
                    json.WriteString("reason", peer.Reason);
                });
                break;
            case TrackerAnnounced tracker:
                Write("tracker", tracker.Time, tracker.Torrent, json =>
                {
                    json.WriteString("url", tracker.Url);
                    json.WriteNumber("peers", tracker.Peers);
                    if (tracker.NextAnnounceIn is { } next)
                        json.WriteNumber("nextAnnounceSeconds", Math.Round(next.TotalSeconds));
                    else
                        json.WriteNull("nextAnnounceSeconds");
                    json.WriteString("error", tracker.Error);
                    json.WriteString("warning", tracker.Warning);
                });
                break;
            case DiskTrouble disk:
                Write("disk", disk.Time, disk.Torrent, json =>
                {
                    json.WriteString("kind", StatusJson.NameOf(disk.Error.Kind));
                    json.WriteString("path", disk.Error.Path);
                    json.WriteString("message", disk.Error.Message);
                    json.WriteBoolean("willRetry", disk.WillRetry);
                });
                break;
            case FileLonger longer:
                Write("fileLonger", longer.Time, longer.Torrent, json =>
                {
                    json.WriteString("path", longer.Path);
                    json.WriteNumber("extraBytes", longer.Extra);
                });
                break;
            case FileTaken taken:
                Write("fileTaken", taken.Time, taken.Torrent, json =>
                {
                    json.WriteString("path", taken.Path);
                    json.WriteNumber("from", taken.Giver.Value);
                    json.WriteString("fromName", taken.GiverName);
                    json.WriteNumber("bytes", taken.Bytes);
                });
                break;
            case StateTrouble state:
                Write("stateStore", state.Time, null, json => json.WriteString("message", state.Error));
                break;
            case EventsDropped dropped:
                Write("dropped", dropped.Time, null, json => json.WriteNumber("count", dropped.Count));
                break;
        }
    }

    public void Tell(FeedEvent happened) => Write(FeedJson.NameOf(happened), happened.Time, null, json => FeedJson.WriteFields(json, happened));

    public void Completed(TorrentStatus status, TimeSpan elapsed) => Write("completed", DateTimeOffset.UtcNow, status.Id, json =>
    {
        json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
        StatusJson.WriteFields(json, status);
    });

    public void Failed(string what, int exitCode, string message, string code) => Write("failed", DateTimeOffset.UtcNow, null, json =>
    {
        json.WriteString("source", what);
        json.WriteNumber("exitCode", exitCode);
        json.WriteString("message", message);
        json.WriteString("code", code);
    });

    public void Warn(string message) => Write("stateStore", DateTimeOffset.UtcNow, null, json => json.WriteString("message", message));

    public void Say(string message)
    {
        // For people; programs have the events.
    }

    public void Ended(int exitCode) => Write("ended", DateTimeOffset.UtcNow, null, json => json.WriteNumber("exitCode", exitCode));

    private void Write(string name, DateTimeOffset time, TorrentId? torrent, Action<Utf8JsonWriter> fields)
    {
        lock (_gate)
        {
            WriteUnflushed(name, time, torrent, fields);
            context.Out.Flush();
        }
    }

    private void WriteUnflushed(string name, DateTimeOffset time, TorrentId? torrent, Action<Utf8JsonWriter> fields)
    {
        lock (_gate)
        {
            JsonText.WriteLine(context.Out, json =>
            {
                json.WriteStartObject();
                json.WriteString("event", name);
                json.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
                if (torrent is { } id)
                    json.WriteNumber("torrent", id.Value);
                fields(json);
                json.WriteEndObject();
            });
        }
    }

    private static void WriteEndpoint(Utf8JsonWriter json, IPEndPoint endpoint) => json.WriteString("peer", endpoint.ToString());
}
