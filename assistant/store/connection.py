"""Reaching a Chroma server: address, token, TLS, time limit, and one clear message for each way it can fail.

Environment: ``GCM_DRAFT_STORE_TOKEN`` is sent as ``Authorization: Bearer`` and ``X-Chroma-Token``,
``GCM_DRAFT_STORE_TLS_CA`` names a file of certificates to trust instead of the system's,
``GCM_DRAFT_STORE_TIMEOUT`` is in seconds (default 30) for each request.
"""

from __future__ import annotations

import atexit
import json
import os
import ssl
import urllib.error
import urllib.request
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import StoreError, UsageError
from assistant.store.vectors import HNSW, ClientVectors, Neighbour, nearest_of

TIMEOUT = 30.0
SYNC = 1_000
"""Vectors that may wait outside the graph on the server's disk. Every synchronisation writes the links of the whole
graph: 100 instead of 1,000 cost 200 MB more for 10,000 vectors, which grows with the square of their number, and a
restarted server was no sooner at work (2.2 s of its processor time for both)."""
SERVER_VERSIONS = ("1.",)
"""Beginnings of the versions a Chroma server of this protocol reports."""


def timeout() -> float:
    """Seconds a request may take. Raises UsageError for a setting that is no positive number."""
    text = os.environ.get("GCM_DRAFT_STORE_TIMEOUT", "")
    try:
        seconds = float(text) if text else TIMEOUT
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise UsageError(f"GCM_DRAFT_STORE_TIMEOUT takes seconds, a number above 0; found {text!r}.")
    return seconds


def _headers() -> dict[str, str]:
    token = os.environ.get("GCM_DRAFT_STORE_TOKEN")
    if not token:
        return {}
    if not token.isascii() or not token.isprintable():
        raise UsageError("GCM_DRAFT_STORE_TOKEN holds characters that no token has.")
    return {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}


def _certificates() -> str | None:
    ca = os.environ.get("GCM_DRAFT_STORE_TLS_CA")
    if ca and not Path(ca).is_file():
        raise UsageError(f"GCM_DRAFT_STORE_TLS_CA names {ca}, which is no file.")
    return ca or None


def connect(url: str) -> Any:
    """Chromadb's client on the server at ``url``, after making sure that there is one that will answer.

    One client a process and setting. Raises UsageError for a bad address, StoreError for a server that is
    down, wrong, or of another version.
    """
    key = (url, os.environ.get("GCM_DRAFT_STORE_TOKEN"), _certificates(), timeout())
    if key not in _clients:
        _clients[key] = _connect(url)
    return _clients[key]


_clients: dict[tuple[object, ...], Any] = {}


@atexit.register
def _hang_up() -> None:
    """Close the connections."""
    for client in _clients.values():
        session = _session(client)
        if session is not None:
            session.close()


def _session(client: Any) -> Any:
    """The HTTP session of chromadb's client, which its public interface does not show."""
    return getattr(getattr(client, "_server", None), "_session", None)


def _connect(url: str) -> Any:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--store {url}: {error}.") from error
    if parts.username or parts.password:
        raise UsageError("Put no password into the address of --store; use GCM_DRAFT_STORE_TOKEN.")
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise UsageError(f"--store takes http(s)://HOST:PORT, found {url}.")
    secure = parts.scheme.lower() == "https"
    port = port or (443 if secure else 8000)
    _greet(f"{parts.scheme}://{parts.netloc}" if parts.port else f"{parts.scheme}://{parts.hostname}:{port}")
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, chroma_server_ssl_verify=_certificates())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            client = chromadb.HttpClient(
                parts.hostname, port, ssl=secure, headers=_headers(), settings=settings
            )
    except Exception as error:  # chromadb's and httpx's own classes
        raise failure(url, error) from error
    session = _session(client)
    if session is not None:  # chromadb waits for ever otherwise
        session.timeout = timeout()
    return client


def _greet(base: str) -> None:
    """Ask for the version with the standard library alone, so that every failure is ours to name."""
    request = urllib.request.Request(f"{base}/api/v2/version", headers=_headers())  # noqa: S310 http(s) only
    context = ssl.create_default_context(cafile=_certificates()) if base.startswith("https") else None
    try:
        with urllib.request.urlopen(request, timeout=timeout(), context=context) as answer:  # noqa: S310
            version = json.loads(answer.read(10_000))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            raise _refused(base, error.code) from error
        raise _wrong(base, f"it answers {error.code}") from error
    except TimeoutError as error:
        raise _late(base) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _late(base) from error
        raise _down(base, str(error.reason)) from error
    except (ValueError, OSError, EOFError) as error:
        raise _wrong(base, f"{type(error).__name__}") from error
    except Exception as error:  # http.client's own: what answers does not speak HTTP
        raise _wrong(base, str(error)) from error
    if not isinstance(version, str):
        raise _wrong(base, "it names no version")
    if not version.startswith(SERVER_VERSIONS):
        raise StoreError(
            f"The Chroma server at {base} is of version {version[:30]}; this program speaks with "
            f"{' and '.join(v + 'x' for v in SERVER_VERSIONS)}. Update the server."
        )


def _refused(base: str, code: int) -> StoreError:
    return StoreError(
        f"The server at {base} refuses us ({code}). Set GCM_DRAFT_STORE_TOKEN to a token that it accepts."
    )


def _down(base: str, why: str) -> StoreError:
    return StoreError(
        f"No Chroma server can be reached at {base} ({why}). Start it (chroma run --path FOLDER), "
        "correct --store, or leave --store out to work with the local store."
    )


def _wrong(base: str, why: str) -> StoreError:
    return StoreError(f"What answers at {base} is no Chroma server ({why}). Correct --store.")


def _late(base: str) -> StoreError:
    return StoreError(
        f"The server at {base} did not answer within {timeout():g} seconds. Try again, or allow more with "
        "GCM_DRAFT_STORE_TIMEOUT."
    )


def failure(url: str, error: Exception) -> StoreError:
    """What went wrong in the middle of the conversation, for people."""
    name = type(error).__name__
    if "Timeout" in name:
        return _late(url)
    text = str(error)
    if name == "ConnectError":
        return _down(url, text)
    if "401" in text or "403" in text or name in {"AuthorizationError", "ChromaAuthError"}:
        return _refused(url, 401)
    if name == "NotFoundError":
        return StoreError(f"The store on {url} was built anew meanwhile ({text[:100]}). Ask again.")
    return StoreError(
        f"The Chroma server at {url} failed ({name}: {text[:300]}). Try again; look at its log."
    )


class ServerVectors(ClientVectors):
    """A collection on a server; every failure becomes a StoreError."""

    def __init__(self, url: str, client: Any, name: str, *, create: bool = False) -> None:
        self.url = url
        try:
            if create:
                configuration = {"hnsw": {**HNSW, "sync_threshold": SYNC}}
                client.create_collection(name, embedding_function=None, configuration=configuration)
            super().__init__(client, name=name)
        except Exception as error:  # chromadb's own classes
            raise failure(url, error) from error

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """See :class:`assistant.store.vectors.Vectors`."""
        try:
            return super().query(vectors, n, where)
        except Exception as error:
            raise failure(self.url, error) from error

    def cosines(self, vectors: Sequence[Sequence[float]]) -> dict[str, float]:
        """As far as the graph reaches: what a server holds is not all sent here for a question."""
        return nearest_of(self.query(vectors, self.count()))

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """See :class:`assistant.store.vectors.Vectors`."""
        try:
            return super().vectors(ids)
        except Exception as error:
            raise failure(self.url, error) from error

    def count(self) -> int:
        """See :class:`assistant.store.vectors.Vectors`."""
        try:
            return super().count()
        except Exception as error:
            raise failure(self.url, error) from error
