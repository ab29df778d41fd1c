"""A libtorrent peer without limits that counts what passes between it and one other.

counting_peer.py seed TORRENT FOLDER PORT              seeds; says "ready"
counting_peer.py leech TORRENT FOLDER PORT             downloads from a peer at that port; says "ready"
Then answers each line of input with "bytes UP DOWN SECONDS": payload to and from the other, and its clock. Ends when its input does.
"""
import sys
import time

import libtorrent as lt

role, torrent, folder, port = sys.argv[1:]
is_seed = role == "seed"
ses = lt.session({
    "listen_interfaces": f"127.0.0.1:{port if is_seed else 0}",
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
flags = lt.torrent_flags.seed_mode if is_seed else lt.torrent_flags.default_flags
flags |= lt.torrent_flags.disable_pex
flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
handle = ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": folder, "flags": flags})
while not is_seed and handle.status().state in (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data):
    time.sleep(0.05)
if not is_seed:
    handle.connect_peer(("127.0.0.1", int(port)))
print("ready", flush=True)
for line in sys.stdin:
    # Of each connection, not of the torrent: that is brought up to date only once a second.
    peers = handle.get_peer_info()
    print("bytes", sum(peer.total_upload for peer in peers), sum(peer.total_download for peer in peers), f"{time.monotonic():.6f}", flush=True)
