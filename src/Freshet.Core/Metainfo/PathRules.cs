namespace Freshet.Core;

/// <summary>What file names a target system takes. The target counts, not the system that reads the torrent: a share may be another one's.</summary>
public enum PathRules : byte
{
    /// <summary>Linux, macOS, BSD: any byte but <c>/</c> and NUL; 255 bytes a name.</summary>
    Posix,

    /// <summary>Windows, and file systems of its kind: no <c>&lt;&gt;:"|?*</c>, no device names, no dot or space at the end; 255 UTF-16 units a name.</summary>
    Windows,
}
