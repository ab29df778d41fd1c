"""Odd trackers in one process. Arguments: roles, each one of
  redirect:ADDRESS:PORT:URL   HTTP, sends everybody to URL with the question's own query
  serve:ADDRESS:PORT          HTTP, answers and says so on standard output
  hole:ADDRESS:PORT           TCP that takes connections and UDP that takes datagrams, and says nothing ever
"""
import http.server
import socket
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    target = None

    def do_GET(self):
        query = self.path.partition("?")[2]
        if self.target is not None:
            print("redirected", self.client_address[0], self.headers["User-Agent"], flush=True)
            self.send_response(302)
            self.send_header("Location", f"{self.target}?{query}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        print("served", self.client_address[0], self.headers["User-Agent"], flush=True)
        body = b"d8:intervali1800e5:peers0:e"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def hole(address, port):
    taken = []
    tcp = socket.create_server((address, port))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, port))
    threading.Thread(target=lambda: [udp.recv(2048) for _ in iter(int, 1)], daemon=True).start()
    while True:
        taken.append(tcp.accept())
        print("swallowed", flush=True)


for role in sys.argv[1:]:
    kind, address, port, *target = role.split(":", 3)
    if kind == "hole":
        threading.Thread(target=hole, args=(address, int(port)), daemon=True).start()
        continue
    handler = type("Role", (Handler,), {"target": target[0] if target else None})
    server = http.server.ThreadingHTTPServer((address, int(port)), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
while True:
    time.sleep(60)
