"""A peer of a v2 or hybrid torrent that has everything, and alters every third block that it sends. Declines hash requests. Says "poisoned COUNT" as it goes.

v2_poisoner.py TORRENT FOLDER PORT
"""
import os
import socket
import struct
import sys
import threading

import libtorrent as lt

torrent, folder, port = sys.argv[1:]
info = lt.torrent_info(torrent)
files = info.files()
swarm = bytes.fromhex(str(info.info_hashes().v2))[:20]
count = 0


def block(piece, begin, length):
    data = b""
    for part in info.map_block(piece, begin, length):
        if files.file_flags(part.file_index) & lt.file_storage.flag_pad_file:
            data += bytes(part.size)
            continue
        with open(os.path.join(folder, files.file_path(part.file_index)), "rb") as file:
            file.seek(part.offset)
            data += file.read(part.size)
    return data


def exactly(peer, length):
    data = b""
    while len(data) < length:
        more = peer.recv(length - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def serve(peer):
    global count
    try:
        handshake = exactly(peer, 68)
        if not handshake.startswith(b"\x13BitTorrent protocol"):
            raise ConnectionError
        answer = handshake[28:48] if not handshake[27] & 0x10 else swarm
        peer.sendall(handshake[:20] + bytes([0, 0, 0, 0, 0, 0, 0, 4]) + answer + b"-XX0001-poisonerpois")
        peer.sendall(struct.pack(">IB", 1, 14) + struct.pack(">IB", 1, 1))
        sent = 0
        while True:
            body = exactly(peer, struct.unpack(">I", exactly(peer, 4))[0])
            if body[:1] == b"\x06":
                piece, begin, length = struct.unpack(">III", body[1:])
                data = block(piece, begin, length)
                sent += 1
                if sent % 3 == 0:
                    data = bytes([data[0] ^ 0x55]) + data[1:]
                    count += 1
                    print(f"poisoned {count}", flush=True)
                peer.sendall(struct.pack(">IBII", 9 + len(data), 7, piece, begin) + data)
            elif body[:1] == b"\x15":
                peer.sendall(struct.pack(">IB", 49, 23) + body[1:])
    except OSError:
        pass


listener = socket.create_server(("0.0.0.0", int(port)))
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
