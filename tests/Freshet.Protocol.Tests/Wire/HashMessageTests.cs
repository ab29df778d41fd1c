using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>BEP 52: hash request, hashes, hash reject; on connections of a v2 swarm.</summary>
public sealed class HashMessageTests
{
    private static readonly Sha256Hash Root = new([.. Enumerable.Range(100, 32).Select(i => (byte)i)]);

    // The layer above four nodes is left out of the proof, so that one uncle follows.
    private static readonly HashRequest Four = new(Root, BaseLayer: 2, Index: 4, Length: 4, ProofLayers: 2);

    [Fact]
    public void A_request_goes_out_as_the_bep_says()
    {
        using var test = new LinkUnderTest(v2: true);
        test.Apply(PeerCommandKind.HashRequest, payload: Four);
        Assert.Equal(Message(21, Four), test.Drain());
    }

    [Fact]
    public void An_answer_and_a_reject_go_out_as_the_bep_says()
    {
        using var test = new LinkUnderTest(v2: true);
        byte[] hashes = Hashes(Four);
        test.Apply(PeerCommandKind.Hashes, payload: new HashAnswer(Four, hashes));
        test.Apply(PeerCommandKind.HashReject, payload: Four);
        Assert.Equal([.. Message(22, Four, hashes), .. Message(23, Four)], test.Drain());
    }

    [Fact]
    public void Answers_to_what_was_asked_for_come_in_once()
    {
        using var test = new LinkUnderTest(v2: true);
        byte[] hashes = Hashes(Four);
        test.Apply(PeerCommandKind.HashRequest, payload: Four);
        test.Feed(Message(22, Four, hashes));
        var answer = (HashAnswer)test.Only.Payload!;
        Assert.Equal((PeerEventKind.Hashes, Four), (test.Only.Kind, answer.Request));
        Assert.Equal(hashes, answer.Hashes.ToArray());
        test.AssertEnds(DisconnectReason.ProtocolError, Message(22, Four, hashes));
    }

    [Fact]
    public void A_reject_of_what_was_asked_for_is_told_and_a_few_strays_are_overlooked()
    {
        using var test = new LinkUnderTest(v2: true);
        test.Apply(PeerCommandKind.HashRequest, payload: Four);
        test.Feed(Message(23, Four));
        Assert.Equal((PeerEventKind.HashReject, Four), (test.Only.Kind, (HashRequest)test.Only.Payload!));
        for (int i = 0; i < WireLimits.MaxStrayRejects; i++)
            test.Feed(Message(23, Four));
        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        Assert.Single(test.Kinds);
        test.AssertEnds(DisconnectReason.ProtocolError, Message(23, Four));
    }

    /// <summary>THREATS B5.</summary>
    [Fact]
    public void Hashes_that_nobody_asked_for_end_the_connection_before_anything_of_them_is_kept()
    {
        using var test = new LinkUnderTest(v2: true);
        test.AssertEnds(DisconnectReason.ProtocolError, Message(22, Four, Hashes(Four)).AsSpan(0, 5).ToArray());
        Assert.Empty(test.Kinds);
    }

    /// <summary>THREATS B5.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void An_answer_with_fewer_or_more_hashes_than_asked_for_ends_the_connection(int more)
    {
        using var test = new LinkUnderTest(v2: true);
        test.Apply(PeerCommandKind.HashRequest, payload: Four);
        test.AssertEnds(DisconnectReason.ProtocolError, Message(22, Four, new byte[(Four.HashCount + more) * 32]));
        Assert.Empty(test.Kinds);
    }

    [Theory]
    [InlineData(21, 47)]
    [InlineData(21, 49)]
    [InlineData(23, 47)]
    [InlineData(23, 49)]
    [InlineData(22, 0)]
    public void A_message_of_another_length_ends_the_connection(byte id, int length)
    {
        using var test = new LinkUnderTest(v2: true);
        test.Apply(PeerCommandKind.HashRequest, payload: Four);
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(id, new byte[length]));
    }

    /// <summary>What it asks for is the engine's to judge, which answers all that cannot be with a reject.</summary>
    [Fact]
    public void A_peers_request_is_told_whatever_its_numbers()
    {
        using var test = new LinkUnderTest(v2: true);
        var odd = new HashRequest(Root, -1, int.MaxValue, 3, 1 << 30);
        test.Feed(Message(21, odd));
        Assert.Equal((PeerEventKind.HashRequest, odd), (test.Only.Kind, (HashRequest)test.Only.Payload!));
        Assert.False(odd.IsWellFormed);
    }

    [Fact]
    public void Outside_v2_swarms_hash_messages_are_skipped_as_unknown()
    {
        using var test = new LinkUnderTest();
        test.Feed(Message(21, Four), Message(22, Four, new byte[7]), Message(23, Four), Samples.Message(4, [1]));
        Assert.Equal(PeerEventKind.Have, test.Only.Kind);
    }

    [Fact]
    public void A_bitfield_after_a_hash_message_is_too_late()
    {
        using var test = new LinkUnderTest(v2: true);
        test.Feed(Message(21, Four));
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(5, new byte[2]));
    }

    private static byte[] Message(byte id, HashRequest request, params byte[] hashes)
    {
        byte[] body = new byte[HashRequest.EncodedLength + hashes.Length];
        request.Write(body);
        hashes.CopyTo(body, HashRequest.EncodedLength);
        return Samples.Message(id, body);
    }

    private static byte[] Hashes(HashRequest request) => [.. Enumerable.Range(0, request.HashCount * 32).Select(i => (byte)i)];
}
