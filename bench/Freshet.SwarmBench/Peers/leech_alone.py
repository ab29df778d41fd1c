"""A libtorrent leecher that takes everything from one peer and meets nobody else.

leech_alone.py TORRENT FOLDER PEER_HOST PEER_PORT      downloads; says "done SECONDS" when it has everything
"""
import sys
import time

import libtorrent as lt

torrent, folder, host, port = sys.argv[1:]
ses = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "ssrf_mitigation": False,
    "out_enc_policy": 2,
    "alert_mask": lt.alert.category_t.error_notification,
})
flags = lt.torrent_flags.default_flags | lt.torrent_flags.disable_pex
flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
handle = ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": folder, "flags": flags})
started = time.monotonic()
handle.connect_peer((host, int(port)))
while not handle.status().is_seeding:
    time.sleep(0.02)
print(f"done {time.monotonic() - started:.3f}", flush=True)
