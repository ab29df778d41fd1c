using Freshet.Core;

namespace Freshet.Protocol.Utp.Admission;

/// <summary>A stranger's start that was answered, and nothing more.</summary>
/// <param name="PeerNumber">The number of the start.</param>
/// <param name="OurNumber">The number that our first packet would have. Whoever knows it has received our answer, and so is where it says.</param>
/// <param name="Answers">How often the start was answered.</param>
/// <param name="Expires">When it is forgotten.</param>
internal readonly record struct HalfOpenStream(ushort PeerNumber, ushort OurNumber, int Answers, MonoTime Expires);
