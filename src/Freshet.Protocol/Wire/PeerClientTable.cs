namespace Freshet.Protocol.Wire;

/// <summary>How a client writes its version into the four characters behind its code.</summary>
internal enum VersionStyle : byte
{
    /// <summary>It does not, or nobody knows how.</summary>
    None,

    /// <summary>a.b.c, the fourth means nothing.</summary>
    Three,

    /// <summary>a.b.c.d.</summary>
    Four,

    /// <summary>a.x.</summary>
    MajorOnly,

    /// <summary>ab.cd, no zero before.</summary>
    TwoAndTwo,

    /// <summary>a.b.cd.</summary>
    OneOneTwo,

    /// <summary>a.bc.d.</summary>
    OneTwoOne,

    /// <summary>a.b.c, B for a beta; a.b.cd where the prefix does not end in a dash.</summary>
    UTorrent,

    /// <summary>a.b.c, or D, R, B and a number for development versions, candidates, betas.</summary>
    KTorrent,

    /// <summary>Three ways, by age.</summary>
    Transmission,
}

/// <summary>The two-character codes of Azureus-style peer ids.</summary>
internal static class PeerClientTable
{
    private static readonly Dictionary<string, (string Name, VersionStyle Style)> Clients = new(StringComparer.Ordinal)
    {
        ["7T"] = ("aTorrent", VersionStyle.Three),
        ["AG"] = ("Ares", VersionStyle.Four),
        ["AN"] = ("Ares", VersionStyle.Four),
        ["AR"] = ("Arctic", VersionStyle.Four),
        ["AT"] = ("Artemis", VersionStyle.Four),
        ["AV"] = ("Avicora", VersionStyle.Four),
        ["AX"] = ("BitPump", VersionStyle.TwoAndTwo),
        ["AZ"] = ("Vuze", VersionStyle.Four),
        ["BB"] = ("BitBuddy", VersionStyle.Four),
        ["BC"] = ("BitComet", VersionStyle.TwoAndTwo),
        ["BE"] = ("BitTorrent SDK", VersionStyle.Four),
        ["BF"] = ("BitFlu", VersionStyle.None),
        ["BG"] = ("BTGetit", VersionStyle.Four),
        ["BL"] = ("BitLord", VersionStyle.Three),
        ["BN"] = ("Baidu Netdisk", VersionStyle.None),
        ["BR"] = ("BitRocket", VersionStyle.OneOneTwo),
        ["BS"] = ("BTSlave", VersionStyle.Four),
        ["BT"] = ("BitTorrent", VersionStyle.UTorrent),
        ["BW"] = ("BitTorrent Web", VersionStyle.UTorrent),
        ["BX"] = ("BittorrentX", VersionStyle.Four),
        ["CD"] = ("Enhanced CTorrent", VersionStyle.TwoAndTwo),
        ["CT"] = ("CTorrent", VersionStyle.TwoAndTwo),
        ["DE"] = ("Deluge", VersionStyle.Three),
        ["DP"] = ("Propagate Data Client", VersionStyle.Four),
        ["EB"] = ("EBit", VersionStyle.Four),
        ["ES"] = ("Electric Sheep", VersionStyle.Three),
        ["FC"] = ("FileCroc", VersionStyle.Four),
        ["FD"] = ("Free Download Manager", VersionStyle.Three),
        ["FH"] = ("Freshet", VersionStyle.Three),
        ["FL"] = ("Folx", VersionStyle.MajorOnly),
        ["FT"] = ("FoxTorrent", VersionStyle.Four),
        ["FW"] = ("FrostWire", VersionStyle.Three),
        ["FX"] = ("Freebox", VersionStyle.None),
        ["G3"] = ("G3 Torrent", VersionStyle.None),
        ["GR"] = ("GetRight", VersionStyle.Four),
        ["GS"] = ("GSTorrent", VersionStyle.Four),
        ["HL"] = ("Halite", VersionStyle.Three),
        ["HN"] = ("Hydranode", VersionStyle.Four),
        ["KG"] = ("KGet", VersionStyle.Four),
        ["KT"] = ("KTorrent", VersionStyle.KTorrent),
        ["LC"] = ("LeechCraft", VersionStyle.Four),
        ["LH"] = ("LH-ABC", VersionStyle.Four),
        ["LK"] = ("linkage", VersionStyle.Four),
        ["LP"] = ("Lphant", VersionStyle.TwoAndTwo),
        ["LT"] = ("libtorrent", VersionStyle.Three),
        ["LW"] = ("LimeWire", VersionStyle.None),
        ["MG"] = ("MediaGet", VersionStyle.None),
        ["MO"] = ("MonoTorrent", VersionStyle.Four),
        ["MP"] = ("MooPolice", VersionStyle.Three),
        ["MR"] = ("Miro", VersionStyle.Four),
        ["NE"] = ("BT Next Evolution", VersionStyle.Four),
        ["NX"] = ("Net Transport", VersionStyle.Four),
        ["OS"] = ("OneSwarm", VersionStyle.Four),
        ["OT"] = ("OmegaTorrent", VersionStyle.Four),
        ["PC"] = ("CacheLogic", VersionStyle.None),
        ["PD"] = ("Pando", VersionStyle.Four),
        ["PI"] = ("PicoTorrent", VersionStyle.OneTwoOne),
        ["PT"] = ("Popcorn Time", VersionStyle.Four),
        ["qB"] = ("qBittorrent", VersionStyle.Three),
        ["QD"] = ("QQDownload", VersionStyle.Four),
        ["RS"] = ("Rufus", VersionStyle.Four),
        ["RT"] = ("Retriever", VersionStyle.Four),
        ["RZ"] = ("RezTorrent", VersionStyle.Four),
        ["SD"] = ("Thunder", VersionStyle.Four),
        ["SM"] = ("SoMud", VersionStyle.Four),
        ["SP"] = ("BitSpirit", VersionStyle.Three),
        ["ST"] = ("SymTorrent", VersionStyle.Four),
        ["SZ"] = ("Shareaza", VersionStyle.Four),
        ["TB"] = ("Torch Browser", VersionStyle.None),
        ["TG"] = ("GreedBT", VersionStyle.Four),
        ["TL"] = ("Tribler", VersionStyle.Three),
        ["TN"] = ("TorrentDotNET", VersionStyle.Four),
        ["TR"] = ("Transmission", VersionStyle.Transmission),
        ["TS"] = ("TorrentStorm", VersionStyle.Four),
        ["TT"] = ("TuoTu", VersionStyle.Three),
        ["UE"] = ("µTorrent Embedded", VersionStyle.UTorrent),
        ["UM"] = ("µTorrent Mac", VersionStyle.UTorrent),
        ["UT"] = ("µTorrent", VersionStyle.UTorrent),
        ["UW"] = ("µTorrent Web", VersionStyle.UTorrent),
        ["VG"] = ("Vagaa", VersionStyle.Four),
        ["WD"] = ("WebTorrent Desktop", VersionStyle.Four),
        ["WT"] = ("BitLet", VersionStyle.Four),
        ["WW"] = ("WebTorrent", VersionStyle.Four),
        ["WY"] = ("FireTorrent", VersionStyle.Four),
        ["XF"] = ("Xfplay", VersionStyle.OneOneTwo),
        ["XL"] = ("Xunlei", VersionStyle.Four),
        ["XS"] = ("XSwifter", VersionStyle.Four),
        ["XT"] = ("XanTorrent", VersionStyle.Four),
        ["XX"] = ("Xtorrent", VersionStyle.Four),
        ["ZT"] = ("ZipTorrent", VersionStyle.Four),
        ["lt"] = ("libTorrent (rTorrent)", VersionStyle.Three),
        ["rT"] = ("rTorrent", VersionStyle.Four),
        ["st"] = ("ShareTorrent", VersionStyle.Four),
    };

    /// <summary>Finds a code.</summary>
    public static bool TryFind(string code, out (string Name, VersionStyle Style) client) => Clients.TryGetValue(code, out client);
}
