"""A registry of another make: it answers what the public contract names, and knows nothing else."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@contextlib.contextmanager
def plain_registry(true_url: str) -> Iterator[str]:
    """The address of a registry without batches, in front of a true one."""

    class Contract(BaseHTTPRequestHandler):
        def answer(self, taken: httpx.Response | None) -> None:
            body = b"no such page" if taken is None else taken.content
            self.send_response(404 if taken is None else taken.status_code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer(httpx.get(true_url + self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = {name: self.headers[name] for name in ("Content-Type", "Content-Digest")}
            known = self.path == "/records"
            self.answer(httpx.post(true_url + self.path, content=body, headers=told) if known else None)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Contract)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
