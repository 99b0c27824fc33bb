"""A small Hub on loopback: model info, resolve with redirects to another host, ranges, and its refusals."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_loopback"  # noqa: S105 - opens nothing but this server


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    range: str | None
    authorization: str | None


@dataclass
class Repository:
    """`large` files are served as LFS: by their sha256, from the CDN host. `lies` are bytes sent instead."""

    files: dict[str, bytes]
    large: frozenset[str] = frozenset()
    licence: str = "mit"
    gated: bool = False
    private: bool = False
    lies: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Hub:
    """What the server holds and what it was asked. `cut_after`: the next download breaks off there, once."""

    repositories: dict[str, Repository]
    address: str = ""
    cdn: str = ""
    requests: list[Request] = field(default_factory=list)
    cut_after: int | None = None
    down_after_cut: bool = False  # then it only answers 500
    ignores_ranges: bool = False
    down: bool = False

    def downloads(self) -> list[Request]:
        return [one for one in self.requests if one.method == "GET" and one.path.startswith("/cdn/")]


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The Hub is reached as 127.0.0.1; its CDN as localhost, to be another host."""

    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    hub.cdn = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: ANN401
        """Requests are kept, not printed."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.state.requests.append(
            Request(self.command, self.path, self.headers.get("Range"), self.headers.get("Authorization"))
        )
        path = self.path.partition("?")[0]
        if self.state.down:
            self._send(500, b"down")
        elif path.startswith("/api/models/"):
            self._info(path.removeprefix("/api/models/"))
        elif path.startswith("/cdn/"):
            owner, name, file = path.removeprefix("/cdn/").split("/", 2)
            self._file(self.state.repositories[f"{owner}/{name}"], file)
        else:
            self._resolve(path)

    def _info(self, rest: str) -> None:
        owner, name, *more = rest.split("/")
        repository = self._open(f"{owner}/{name}")
        if repository is None:
            return
        if more and more[1] not in ("main", COMMIT):
            self._refuse(404, "RevisionNotFound")
            return
        siblings: list[dict[str, Any]] = []
        for file, data in repository.files.items():
            row: dict[str, Any] = {"rfilename": file, "size": len(data), "blobId": _blob_id(data)}
            if file in repository.large:
                digest = hashlib.sha256(data).hexdigest()
                row["lfs"] = {"size": len(data), "sha256": digest, "pointerSize": 130}
            siblings.append(row)
        info = {
            "id": f"{owner}/{name}",
            "modelId": f"{owner}/{name}",
            "sha": COMMIT,
            "private": False,
            "tags": [],
            "downloads": 0,
            "siblings": siblings,
            "cardData": {"license": repository.licence},
        }
        self._send(200, json.dumps(info).encode(), {"Content-Type": "application/json"})

    def _resolve(self, path: str) -> None:
        owner, name, _, revision, file = path.strip("/").split("/", 4)
        repository = self._open(f"{owner}/{name}")
        if repository is None:
            return
        if file not in repository.files or revision != COMMIT:
            self._refuse(404, "EntryNotFound")
            return
        data = repository.files[file]
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_blob_id(data)}"'}
        if file not in repository.large:
            self._file(repository, file, headers)
            return
        headers["X-Linked-Etag"] = f'"{hashlib.sha256(data).hexdigest()}"'
        headers["X-Linked-Size"] = str(len(data))
        headers["Location"] = f"{self.state.cdn}/cdn/{owner}/{name}/{file}"
        self._send(302, b"", headers)

    def _open(self, repository: str) -> Repository | None:
        """As the real one: what is private looks as if it were not there; what is gated says so."""
        found = self.state.repositories.get(repository)
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if found is None or (found.private and not allowed):
            self._refuse(401, "RepoNotFound")
            return None
        if found.gated and not allowed:
            self._refuse(403, "GatedRepo")
            return None
        return found

    def _file(self, repository: Repository, file: str, headers: dict[str, str] | None = None) -> None:
        data = repository.lies.get(file, repository.files[file])
        asked = self.headers.get("Range")
        headers = dict(headers or {})
        status = 200
        if asked is not None and not self.state.ignores_ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            status, data = 206, data[start:]
        self._send(status, data, headers)

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code})

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = self.state.cut_after
        if cut is not None and len(data) > cut:
            self.state.cut_after = None
            self.state.down = self.state.down_after_cut
            self.wfile.write(data[:cut])
            self.close_connection = True
            return
        self.wfile.write(data)


def _blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
