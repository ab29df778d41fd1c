using System.Text;

namespace Freshet;

/// <summary>What strangers of the DHT say of themselves, as text.</summary>
internal static class DhtText
{
    /// <summary>The version of a node's software: letters and digits as they are, other bytes as <c>%XX</c>.</summary>
    public static string OfVersion(ReadOnlySpan<byte> version)
    {
        var text = new StringBuilder();
        foreach (byte value in version)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.')
                text.Append((char)value);
            else
                text.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
