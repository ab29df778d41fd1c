"""A libtorrent client that meets nobody but those it is told of.

libtorrent_client.py download tcp|utp TORRENT FOLDER HOST:PORT...   downloads; says "done SECONDS" when it has everything
libtorrent_client.py seed tcp|utp TORRENT FOLDER PORT               seeds, unchecked, on 127.0.0.1; says "ready"; ends when its input does
"""
import sys
import time

import libtorrent as lt

role, transport, torrent, folder, *rest = sys.argv[1:]
is_seed = role == "seed"
ses = lt.session({
    "listen_interfaces": f"127.0.0.1:{rest[0] if is_seed else 0}",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": transport == "utp",
    "enable_incoming_utp": transport == "utp",
    "enable_outgoing_tcp": transport == "tcp",
    "enable_incoming_tcp": transport == "tcp",
    "allow_multiple_connections_per_ip": True,
    "ssrf_mitigation": False,
    "out_enc_policy": 2,
    "alert_mask": lt.alert.category_t.error_notification,
})
flags = lt.torrent_flags.seed_mode if is_seed else lt.torrent_flags.default_flags
flags |= lt.torrent_flags.disable_pex
flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
handle = ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": folder, "flags": flags})
started = time.monotonic()
if not is_seed:
    for peer in rest:
        host, port = peer.split(":")
        handle.connect_peer((host, int(port)))
while not handle.status().is_seeding:
    time.sleep(0.02)
if is_seed:
    print("ready", flush=True)
    sys.stdin.readline()
else:
    print(f"done {time.monotonic() - started:.3f}", flush=True)
