using System.Diagnostics;
using Freshet.Cli.Dht;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>The file of <c>--status-file</c>: written beside its place and moved there, so that a reader always finds a whole document.</summary>
internal sealed class StatusFile(string path, Action<string> warn)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path = Path.GetFullPath(path);
    private long _written;
    private bool _hasFailed;

    /// <summary>Whether the last snapshot was left out, because it came so soon.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Puts a snapshot in the place of the last, unless that was a moment ago; with an exit code in any case.</summary>
    public void Keep(SessionSnapshot snapshot, int? exitCode = null)
    {
        IsBehind = exitCode is null && _written != 0 && Stopwatch.GetElapsedTime(_written) < Interval;
        if (IsBehind)
            return;
        _written = Stopwatch.GetTimestamp();
        try
        {
            Write(snapshot, exitCode);
            _hasFailed = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Said once; the download is worth more than its status.
            if (!_hasFailed)
                warn(TroubleText.Tag($"The status file {path} cannot be written: {error.Message}", TroubleCodes.Storage));
            _hasFailed = true;
        }
    }

    private void Write(SessionSnapshot snapshot, int? exitCode)
    {
        ReadOnlyMemory<byte> document = JsonText.Document(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteNumber("processId", Environment.ProcessId);
            json.WriteString("time", snapshot.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
            json.WriteNumber("sequence", snapshot.Sequence);
            if (exitCode is { } code)
                json.WriteNumber("exitCode", code);
            else
                json.WriteNull("exitCode");
            json.WriteNumber("downloadRate", snapshot.DownloadRate);
            json.WriteNumber("uploadRate", snapshot.UploadRate);
            json.WriteNumber("peers", snapshot.Peers);
            if (snapshot.ListenPort is { } port)
                json.WriteNumber("listenPort", port);
            else
                json.WriteNull("listenPort");
            DhtJson.WriteStatus(json, snapshot.Dht);
            json.WriteStartArray("torrents");
            foreach (TorrentStatus status in snapshot.Torrents)
            {
                json.WriteStartObject();
                json.WriteNumber("torrent", status.Id.Value);
                json.WriteString("infoHash", status.Hashes.ToString());
                json.WriteString("name", status.Name);
                json.WriteString("directory", status.Directory);
                StatusJson.WriteFields(json, status);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        string temporary = $"{_path}.{Environment.ProcessId}.tmp";
        File.WriteAllBytes(temporary, document.Span);
        File.Move(temporary, _path, overwrite: true);
    }
}
