using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Freshet.Abstractions;

namespace Freshet.Sessions;

/// <summary>
/// Remembered options as a JSON object; what is as by default is left out. Written out by hand, because for one such object the serializer has the just-in-time compiler make some 700 methods,
/// which costs a start some 30 ms.
/// </summary>
internal static class RememberedJson
{
    public static string Write(RememberedOptions options)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        if (options.Priorities is { } priorities)
        {
            json.WriteStartArray("priorities");
            foreach (FilePriority priority in priorities)
                json.WriteNumberValue((int)priority);
            json.WriteEndArray();
        }

        if (options.Magnet is { } magnet)
            json.WriteString("magnet", magnet);
        WriteNumber(json, "strategy", options.Strategy == default ? null : (int)options.Strategy);
        WriteSwitch(json, "superSeeding", options.SuperSeeding);
        WriteSwitch(json, "ignoresTrackers", options.IgnoresTrackers);
        if (options.Trackers is { } trackers)
        {
            json.WriteStartArray("trackers");
            foreach (string tracker in trackers)
                json.WriteStringValue(tracker);
            json.WriteEndArray();
        }

        WriteNumber(json, "trackerTiers", (int?)options.TrackerTiers);
        if (options.Goals is { } goals)
            WriteGoals(json, goals);
        WriteSwitch(json, "isForced", options.IsForced);
        WriteSwitch(json, "seedOnly", options.SeedOnly);
        WriteNumber(json, "maxPeers", options.MaxPeers);
        WriteNumber(json, "reuse", (int?)options.Reuse);
        if (options.Limits is { } limits)
        {
            json.WriteStartObject("limits");
            WriteLimits(json, "whole", limits.Whole);
            WriteLimits(json, "eachPeer", limits.EachPeer);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>What <see cref="Write"/> wrote; null where it is something else. Names that are not known are passed over.</summary>
    public static RememberedOptions? TryRead(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            // No JSON; a value of another kind than belongs there; a number or a time that is none, or too large.
            return null;
        }
    }

    private static RememberedOptions Read(JsonElement json) => new()
    {
        Priorities = Find(json, "priorities") is { } priorities ? [.. priorities.EnumerateArray().Select(static item => (FilePriority)item.GetByte())] : null,
        Magnet = Find(json, "magnet")?.GetString(),
        Strategy = (PieceStrategy)(Find(json, "strategy")?.GetInt32() ?? 0),
        SuperSeeding = Find(json, "superSeeding")?.GetBoolean() ?? false,
        IgnoresTrackers = Find(json, "ignoresTrackers")?.GetBoolean() ?? false,
        Trackers = Find(json, "trackers") is { } trackers ? [.. trackers.EnumerateArray().Select(static item => item.GetString()!)] : null,
        TrackerTiers = (TrackerTiers?)Find(json, "trackerTiers")?.GetInt32(),
        Goals = Find(json, "goals") is { } goals ? ReadGoals(goals) : null,
        IsForced = Find(json, "isForced")?.GetBoolean() ?? false,
        SeedOnly = Find(json, "seedOnly")?.GetBoolean() ?? false,
        MaxPeers = Find(json, "maxPeers")?.GetInt32(),
        Reuse = (ReuseScope?)Find(json, "reuse")?.GetByte(),
        Limits = Find(json, "limits") is { } limits ? new TorrentLimits { Whole = ReadLimits(limits, "whole"), EachPeer = ReadLimits(limits, "eachPeer") } : null,
    };

    private static void WriteGoals(Utf8JsonWriter json, SeedGoals goals)
    {
        json.WriteStartObject("goals");
        if (goals.Ratio is { } ratio && double.IsFinite(ratio))
            json.WriteNumber("ratio", ratio);
        else if (goals.Ratio is { } special)
            json.WriteString("ratio", special.ToString(CultureInfo.InvariantCulture));
        WriteTime(json, "seedTime", goals.SeedTime);
        WriteTime(json, "idleTime", goals.IdleTime);
        WriteNumber(json, "action", (int?)goals.Action);
        json.WriteEndObject();
    }

    // A ratio may be infinite, which JSON has no number for.
    private static SeedGoals ReadGoals(JsonElement json) => new()
    {
        Ratio = Find(json, "ratio") is not { } ratio ? null
            : ratio.ValueKind == JsonValueKind.String ? double.Parse(ratio.GetString()!, CultureInfo.InvariantCulture) : ratio.GetDouble(),
        SeedTime = ReadTime(json, "seedTime"),
        IdleTime = ReadTime(json, "idleTime"),
        Action = (GoalAction?)Find(json, "action")?.GetByte(),
    };

    private static void WriteLimits(Utf8JsonWriter json, string name, TransferLimits limits)
    {
        if (limits == TransferLimits.None)
            return;
        json.WriteStartObject(name);
        WriteNumber(json, "up", limits.Up);
        WriteNumber(json, "down", limits.Down);
        json.WriteEndObject();
    }

    private static TransferLimits ReadLimits(JsonElement json, string name)
        => Find(json, name) is { } limits ? new TransferLimits(Find(limits, "up")?.GetInt64(), Find(limits, "down")?.GetInt64()) : TransferLimits.None;

    private static void WriteTime(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } value)
            json.WriteString(name, value.ToString("c", CultureInfo.InvariantCulture));
    }

    private static TimeSpan? ReadTime(JsonElement json, string name)
        => Find(json, name) is { } time ? TimeSpan.ParseExact(time.GetString()!, "c", CultureInfo.InvariantCulture) : null;

    private static void WriteSwitch(Utf8JsonWriter json, string name, bool isOn)
    {
        if (isOn)
            json.WriteBoolean(name, true);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
    }

    private static JsonElement? Find(JsonElement json, string name)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
