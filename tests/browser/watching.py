"""What every page is held to: nothing on the console, nothing that failed, nothing asked of another origin."""

from __future__ import annotations

LOCAL = ("data:", "blob:", "about:")


class Watch:
    """Listens to a browser context; `problems` says what went wrong since it was last asked."""

    def __init__(self, context, origin):
        self._origin = origin
        self._seen = []
        self.requests = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._seen.append(f"exception: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self._seen.append(f"console {message.type}: {message.text}")

    def _request(self, request):
        self.requests.append(request.url)
        if not request.url.startswith((self._origin + "/", *LOCAL)):
            self._seen.append(f"external request: {request.url}")

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # what leaving a page cuts short
            self._seen.append(f"failed: {request.url} ({request.failure})")

    def _response(self, response):
        if response.status >= 400:
            self._seen.append(f"status {response.status}: {response.url}")

    def problems(self):
        seen, self._seen = self._seen, []
        return seen
