"""A libtorrent client with an upload limit, one of a swarm whose members are told of each other.

swarm_member.py TORRENT FOLDER ADDRESS PORT RATE seed|leech

Says "ready"; then reads a line of HOST:PORT… to connect to; a leecher says "done SECONDS" (since that line) when it has everything; when its input ends,
it says "uploaded BYTES" and ends.
"""
import sys
import threading
import time

import libtorrent as lt

torrent, folder, address, port, rate, role = sys.argv[1:]
ses = lt.session({
    "listen_interfaces": f"{address}:{port}",
    "outgoing_interfaces": address,
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "ssrf_mitigation": False,
    "upload_rate_limit": int(rate),
    "alert_mask": lt.alert.category_t.error_notification,
})

# Without this, peers of this machine have no limit: everyone is of the global class (bit 0).
everyone = lt.ip_filter()
everyone.add_rule("0.0.0.0", "255.255.255.255", 1)
ses.set_peer_class_filter(everyone)

flags = lt.torrent_flags.seed_mode if role == "seed" else lt.torrent_flags.default_flags
flags |= lt.torrent_flags.disable_pex
flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
handle = ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": folder, "flags": flags})
while handle.status().state not in (lt.torrent_status.seeding, lt.torrent_status.downloading):
    time.sleep(0.02)
print("ready", flush=True)
peers = sys.stdin.readline().split()
started = time.monotonic()
for peer in peers:
    host, at = peer.split(":")
    handle.connect_peer((host, int(at)))


def tell():
    while not handle.status().is_seeding:
        time.sleep(0.02)
    print(f"done {time.monotonic() - started:.3f}", flush=True)


if role == "leech":
    threading.Thread(target=tell, daemon=True).start()
sys.stdin.readline()
print(f"uploaded {handle.status().total_payload_upload}", flush=True)
