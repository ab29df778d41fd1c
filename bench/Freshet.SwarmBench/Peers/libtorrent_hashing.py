"""What libtorrent hashes.

libtorrent_hashing.py check TORRENT FOLDER            checks the content with two threads; ends well where all of it is right
libtorrent_hashing.py create FILE CONTENT PIECE V     makes a torrent with pieces of so many bytes, V is v1, v2 or hybrid
"""
import os
import sys
import time

import libtorrent as lt

role, torrent, content, *rest = sys.argv[1:]
if role == "create":
    files = lt.file_storage()
    lt.add_files(files, content)
    versions = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}
    made = lt.create_torrent(files, int(rest[0]), versions[rest[1]])
    lt.set_piece_hashes(made, os.path.dirname(content))
    with open(torrent, "wb") as file:
        file.write(lt.bencode(made.generate()))
    sys.exit(0)

ses = lt.session({
    "listen_interfaces": "",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "hashing_threads": 2,
    "alert_mask": lt.alert.category_t.status_notification,
})
flags = lt.torrent_flags.default_flags & ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
handle = ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": content, "flags": flags})
while True:
    status = handle.status()
    if status.is_seeding:
        sys.exit(0)
    if status.state == lt.torrent_status.downloading:
        sys.exit(1)
    time.sleep(0.02)
