"""The site, handed out on a free port of this machine, under a sub-path as a project page is hosted."""

from __future__ import annotations

import gzip
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "/refconv/"
COMPRESSED = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".wasm"}
"""What a host usually compresses on its way."""


class Handler(SimpleHTTPRequestHandler):
    """The files under PREFIX, with the types that browsers insist on, each noted as it goes."""

    extensions_map = {  # noqa: RUF012 - the base class has it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
    }

    def __init__(self, *args, site, **kwargs):
        self.site = site
        super().__init__(*args, directory=str(site.root), **kwargs)

    def do_GET(self):
        path = urlsplit(self.path).path
        if not path.startswith(PREFIX):  # a page without an icon of its own lets browsers ask for /favicon.ico, too
            self.site.strayed.append(path)
            self.send_error(404)
        else:
            for piece, seconds in list(self.site.slow.items()):
                if piece in path:
                    time.sleep(seconds)
            self.path = self.path[len(PREFIX) - 1 :]
            self.site.sent.append(self.translate_path(self.path))
            super().do_GET()

    def log_message(self, *_):
        """Say nothing: the watch on the page reports what fails."""


class Site:
    """The server: `url` names a page, `sent` lists the files given out, `slow` holds back what its keys occur in."""

    def __init__(self, root):
        self.root = Path(root)
        self.sent, self.strayed, self.slow = [], [], {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, site=self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, page, fragment=""):
        return f"{self.origin}{PREFIX}{page}" + (f"#{fragment}" if fragment else "")

    def pages(self):
        """All pages, as paths below the root; not what a vendored library brings along."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*.html"))
        return sorted(str(path) for path in found if not {"_static", "_sources", "_modules"} & set(path.parts))

    def weight(self):
        """Files and bytes handed out since `sent` was emptied: as they are, and as a host compresses them."""
        sizes, packed = 0, 0
        for path in map(Path, self.sent):
            content = path.read_bytes() if path.is_file() else b""
            sizes += len(content)
            packed += len(gzip.compress(content, 6)) if path.suffix in COMPRESSED else len(content)
        return {"files": len(self.sent), "bytes": sizes, "bytes_compressed": packed}

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
