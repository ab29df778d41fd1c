using System.Diagnostics;

namespace Freshet.Protocol.Encryption;

/// <summary>What a peer sends before both sides agree, in fields of known length and one mark to look for: holds at most the field that is under way.</summary>
internal sealed class MseInput
{
    private readonly byte[] _field = new byte[MsePrime.Length];
    private int _length;
    private int _seen;

    /// <summary>The field or the mark that is whole.</summary>
    public Span<byte> Field => _field.AsSpan(0, _length);

    /// <summary>Takes bytes from the front until a field is whole.</summary>
    /// <returns>Whether it is; then <see cref="Next"/> begins another one.</returns>
    public bool Collect(ref Span<byte> bytes, int length)
    {
        Debug.Assert(length <= _field.Length, "a field that is longer than a key");
        int taken = Math.Min(length - _length, bytes.Length);
        bytes[..taken].CopyTo(_field.AsSpan(_length));
        _length += taken;
        bytes = bytes[taken..];
        return _length == length;
    }

    /// <summary>Takes bytes from the front up to the end of a mark.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="mark">What to look for.</param>
    /// <param name="within">How many bytes may be looked at, those of the mark counted.</param>
    /// <returns>Whether the mark was found; null where it cannot come any more.</returns>
    public bool? Seek(ref Span<byte> bytes, ReadOnlySpan<byte> mark, int within)
    {
        while (bytes.Length > 0 && _seen < within)
        {
            if (_length == mark.Length)
            {
                Field[1..].CopyTo(_field);
                _length--;
            }

            _field[_length++] = bytes[0];
            bytes = bytes[1..];
            _seen++;
            if (Field.SequenceEqual(mark))
                return true;
        }

        return _seen < within ? false : null;
    }

    /// <summary>Lets go of the field.</summary>
    public void Next() => (_length, _seen) = (0, 0);
}
