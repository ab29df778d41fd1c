namespace Freshet.IO.Native;

/// <summary>The error numbers of Linux that decide something here.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;
    public const int NotForFile = 25;
    public const int TextBusy = 26;
    public const int FileTooLarge = 27;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int TooManyLinks = 40;
    public const int MessageTooLong = 90;
    public const int NotSupported = 95;
    public const int Quota = 122;
}
