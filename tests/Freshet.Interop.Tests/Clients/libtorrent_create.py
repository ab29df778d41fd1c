"""Makes a torrent with libtorrent, files in the order of BEP 52's tree.

libtorrent_create.py OUT CONTENT PIECE_LENGTH v1|v2|hybrid
"""
import os
import sys

import libtorrent as lt

out, content, piece_length, version = sys.argv[1:]
parent = os.path.dirname(content)
paths = [content] if os.path.isfile(content) else [os.path.join(folder, name) for folder, _, names in os.walk(content) for name in names]
storage = lt.file_storage()
for path in sorted((os.path.relpath(path, parent) for path in paths), key=lambda path: path.encode().split(b"/")):
    storage.add_file(path, os.path.getsize(os.path.join(parent, path)))
flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[version]
torrent = lt.create_torrent(storage, int(piece_length), flags=flags)
lt.set_piece_hashes(torrent, parent)
with open(out, "wb") as file:
    file.write(lt.bencode(torrent.generate()))
info = lt.torrent_info(out)
hashes = info.info_hashes()
print(" ".join(str(digest) for has, digest in [(hashes.has_v1(), hashes.v1), (hashes.has_v2(), hashes.v2)] if has))
