namespace Freshet.Core.Tests;

/// <summary>Writes what was read: the two have to agree on every value whose keys are in order.</summary>
internal static class BencodeCopy
{
    public static void Write(BencodeValue value, BencodeWriter writer)
    {
        switch (value.Kind)
        {
            case BencodeKind.Integer:
                writer.Integer(value.IntegerOr(0));
                break;
            case BencodeKind.String:
                value.TryGetBytes(out ReadOnlySpan<byte> bytes);
                writer.String(bytes);
                break;
            case BencodeKind.List:
                writer.List();
                foreach (BencodeValue item in value.Items)
                    Write(item, writer);
                writer.End();
                break;
            default:
                writer.Dictionary();
                foreach (BencodePair pair in value.Pairs)
                    Write(pair.Value, writer.Key(pair.Key));
                writer.End();
                break;
        }
    }
}
