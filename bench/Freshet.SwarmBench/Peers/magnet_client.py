"""A libtorrent client that finds peers by the DHT alone, at an address of its own.

magnet_client.py seed FOLDER ADDRESS ROUTER TORRENT TORRENT    seeds; says "announced" when the DHT tells of both; ends with its input
magnet_client.py download FOLDER ADDRESS ROUTER LINK LINK      one after the other, the second 2 s later; says "session", "metadata" and "payload", and of the second "session-2" and so
                                                               on, each with the seconds of the monotonic clock; ends with its input
"""
import os
import sys
import time

import libtorrent as lt

role, folder, address, router, *torrents = sys.argv[1:]


def say(word):
    print(f"{word} {time.monotonic():.6f}", flush=True)


say("session")
ses = lt.session({
    "listen_interfaces": f"{address}:6881",
    "enable_dht": True,
    "dht_bootstrap_nodes": router,
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_ignore_dark_internet": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.dht_operation_notification if role == "seed" else 0,
})
if role == "seed":
    handles = []
    for torrent in torrents:
        flags = lt.torrent_flags.seed_mode | lt.torrent_flags.default_flags | lt.torrent_flags.disable_pex
        flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
        source = os.path.join(os.path.dirname(torrent), "source")
        handles.append(ses.add_torrent({"ti": lt.torrent_info(torrent), "save_path": source, "flags": flags}))
    waiting = {str(handle.info_hash()) for handle in handles}
    while waiting:
        for handle in handles:
            handle.force_dht_announce()
        time.sleep(1)
        for handle in handles:
            ses.dht_get_peers(handle.info_hash())
        time.sleep(0.5)
        for alert in ses.pop_alerts():
            if isinstance(alert, lt.dht_get_peers_reply_alert) and any(host == address for host, _ in alert.peers()):
                waiting.discard(str(alert.info_hash))
    say("announced")
else:
    # Where a torrent is added before the DHT runs, it is not looked for there until its next turn, which is a quarter of an hour later.
    while not ses.is_dht_running():
        time.sleep(0.0005)
    for number, link in enumerate(torrents):
        suffix = f"-{number + 1}" if number else ""
        if number:
            time.sleep(2)
            say("session" + suffix)
        params = lt.parse_magnet_uri(link)
        params.save_path = os.path.join(folder, str(number))
        params.flags |= lt.torrent_flags.disable_pex
        params.flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
        handle = ses.add_torrent(params)
        has_metadata = False
        asked = time.monotonic()
        while True:
            if time.monotonic() - asked > 1:
                # By itself it would look again in a quarter of an hour.
                handle.force_dht_announce()
                asked = time.monotonic()
            status = handle.status(0)
            if status.has_metadata and not has_metadata:
                has_metadata = True
                say("metadata" + suffix)
            if status.total_payload_download > 0:
                break
            time.sleep(0.0005)
        say("payload" + suffix)
sys.stdin.readline()
