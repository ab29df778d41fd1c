"""A client that knows v1 alone: takes a hybrid of one file for a v1 torrent, downloads it from a peer, checks each piece by its SHA-1. Says "done" at the end.

Neither Transmission 3.00 nor aria2 1.36 can stand for one: the first cannot read a hybrid, the second takes another info-hash for its.

v1_leecher.py TORRENT FOLDER PEER_HOST PEER_PORT
"""
import hashlib
import os
import socket
import struct
import sys

import libtorrent as lt

BLOCK = 16384

torrent, folder, host, port = sys.argv[1:]
info = lt.bdecode(open(torrent, "rb").read())[b"info"]
length, piece_length = info[b"length"], info[b"piece length"]
hashes = info[b"pieces"]
peer = socket.create_connection((host, int(port)))


def exactly(count):
    data = b""
    while len(data) < count:
        more = peer.recv(count - len(data))
        assert more, "the peer hung up"
        data += more
    return data


def message():
    while True:
        body = exactly(struct.unpack(">I", exactly(4))[0])
        if body:
            return body


swarm = hashlib.sha1(lt.bencode(info)).digest()
peer.sendall(b"\x13BitTorrent protocol" + bytes(8) + swarm + b"-XX0001-leecherleech")
assert exactly(68)[28:48] == swarm, "answered with another hash"
peer.sendall(struct.pack(">IB", 1, 2))
while message()[0] != 1:
    pass
with open(os.path.join(folder, info[b"name"].decode()), "wb") as file:
    for piece in range(len(hashes) // 20):
        size = min(piece_length, length - piece * piece_length)
        for begin in range(0, size, BLOCK):
            peer.sendall(struct.pack(">IBIII", 13, 6, piece, begin, min(BLOCK, size - begin)))
        data = bytearray(size)
        left = size
        while left:
            body = message()
            if body[0] == 7:
                at, begin = struct.unpack(">II", body[1:9])
                assert at == piece
                data[begin:begin + len(body) - 9] = body[9:]
                left -= len(body) - 9
        assert hashlib.sha1(data).digest() == hashes[piece * 20:piece * 20 + 20], f"piece {piece} is wrong"
        file.write(data)
print("done", flush=True)
