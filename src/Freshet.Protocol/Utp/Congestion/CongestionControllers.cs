using Freshet.Abstractions;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>Makes the controller that a setting names.</summary>
internal static class CongestionControllers
{
    /// <summary>A new controller for one stream.</summary>
    /// <param name="congestion">Which rule.</param>
    /// <param name="packetSize">Bytes of payload of a packet until <see cref="ICongestionController.SetPacketSize"/> says another.</param>
    public static ICongestionController Create(UtpCongestion congestion, int packetSize) => congestion switch
    {
        UtpCongestion.Ledbat => new LedbatPlusPlus(packetSize),
        UtpCongestion.Cubic => new CubicController(packetSize),
        UtpCongestion.Rate => new RateController(packetSize),
        _ => throw new ArgumentOutOfRangeException(nameof(congestion)),
    };
}
