"""Another site on loopback: its pages have a strict Content-Security-Policy, and it can stand in for a slow server."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parent.parent / "examples" / "page"


class HostSite:
    """Serves `pages` by path, under a policy that lets them load from `server` alone and have no styles at all."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.server = ""
        self.pieces: list[bytes] = []
        """What its own /api/ask answers with; before each but the first it waits for `go_on`."""
        self.go_on = threading.Semaphore(0)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def policy(self) -> str:
        return (
            f"default-src 'none'; script-src {self.server}; connect-src 'self' {self.server}; frame-src {self.server};"
            " style-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
        )

    def example(self, **options: str) -> str:
        """The example's page without its style sheet, with the script of the server and these data-… beside it."""
        page = (EXAMPLE / "index.html").read_text("utf-8").replace('<link rel="stylesheet" href="page.css">', "")
        given = "".join(f' data-{name}="{value}"' for name, value in options.items())
        return page.replace('src="http://127.0.0.1:7860/widget.js"', f'src="{self.server}/widget.js"{given}')

    def stop(self) -> None:
        self.go_on.release(100)
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=20)

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                self.send_response(200 if path in site.pages else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(site.pages.get(path, "").encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for number, piece in enumerate(site.pieces):
                    if number:
                        site.go_on.acquire(timeout=20)
                    try:
                        self.wfile.write(piece)
                        self.wfile.flush()
                    except OSError:
                        return  # the page has stopped it

            def log_request(self, *_: Any) -> None:
                return

        return Handler


def events(*named: tuple[str, dict[str, Any]]) -> bytes:
    """Server-sent events."""
    return "".join(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in named).encode()
