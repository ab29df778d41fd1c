"""Prints the info-hashes of a torrent as libtorrent reads it, v1 before v2.

libtorrent_hashes.py TORRENT
"""
import sys

import libtorrent as lt

hashes = lt.torrent_info(sys.argv[1]).info_hashes()
print(" ".join(str(digest) for has, digest in [(hashes.has_v1(), hashes.v1), (hashes.has_v2(), hashes.v2)] if has))
