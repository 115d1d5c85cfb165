"""A store's folder on disk: generations, of which the file ``CURRENT`` names one.

Whatever changes a store makes a new generation beside the current one (from nothing, or from a copy) and
switches the name in one step. So there is one whole store at every moment, whatever kills the writer, and a
reader goes on reading the generation it opened. Nothing depends on a clock.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import StoreError

LOCK_SECONDS = 600
"""How long a writer waits for another one."""
LITTLE_ROOM = 16 << 20
"""Bytes free below which a failing database is taken to have failed for want of room."""
_IN_USE = "in-use"


class MissingStoreError(StoreError):
    """There is no store yet."""


class NewerStoreError(StoreError):
    """The store was written by a newer program."""


class UnwritableStoreError(StoreError):
    """The store's folder cannot be written to."""


def damaged(generation: Path, problem: str) -> StoreError:
    """What is said of a store that is not as it was built."""
    return StoreError(
        f"The store in {generation.parent} is damaged ({problem}). Build it anew with: gcm-draft index build"
    )


def current_generation(root: Path) -> Path | None:
    """The folder of the store's current generation, or None if there is no store yet."""
    try:
        name = (root / "CURRENT").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"The store in {root} cannot be read ({error}). Build it anew with: gcm-draft index build"
        ) from error
    folder = root / name
    return folder if name and Path(name).name == name and folder.is_dir() else None


class Held:
    """A lock on a generation, shared or not, where the platform has such locks; let go when forgotten."""

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        """Raises BlockingIOError if ``alone`` and somebody else holds it."""
        self._fd: int | None = None
        try:
            import fcntl

            self._fd = os.open(folder / _IN_USE, os.O_RDONLY)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        except BlockingIOError:
            self.close()
            raise
        except (ImportError, OSError):
            self.close()

    def close(self) -> None:
        """Let it go."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __del__(self) -> None:
        self.close()


def hold(root: Path) -> tuple[Path, Held]:
    """The current generation, held against removal until let go. Raises MissingStoreError."""
    for _ in range(20):
        folder = current_generation(root)
        if folder is None:
            break
        held = Held(folder)
        if folder.is_dir():  # not removed between reading its name and holding it
            return folder, held
        held.close()
    raise MissingStoreError(f"There is no store in {root} yet. Build it with: gcm-draft index build")


def _retire(folder: Path) -> None:
    """Remove a generation unless somebody reads it; then the next writer will."""
    try:
        held = Held(folder, alone=True)
    except BlockingIOError:
        return
    try:
        gone = folder.rename(folder.with_name(f"gone-{folder.name}"))  # fails where open files forbid it
    except OSError:
        return
    finally:
        held.close()
    shutil.rmtree(gone, ignore_errors=True)


@contextlib.contextmanager
def writing(root: Path) -> Iterator[Any]:
    """Hold the store's lock, waiting for another process that writes.

    Raises UnwritableStoreError where nothing can be written, StoreError where the disk is full or the other
    process does not end.
    """
    from filelock import FileLock, Timeout

    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "lock", timeout=LOCK_SECONDS)
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"Another gcm-draft has been writing to {root} for {LOCK_SECONDS // 60} minutes. "
            "Wait for it or stop it, then try again."
        ) from error
    except OSError as error:
        raise _unwritable(root, error) from error
    try:
        yield lock
    except Exception as error:
        if is_full(error, root):
            raise StoreError(
                f"There is no room left for the store in {root}; it is as it was. Free some space, or choose "
                "another folder with --store FOLDER or the environment variable GCM_DRAFT_STORE."
            ) from error
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise _unwritable(root, error) from error
        raise
    finally:
        lock.release()


def _unwritable(root: Path, error: OSError) -> UnwritableStoreError:
    return UnwritableStoreError(
        f"The store's folder {root} cannot be written to ({error.strerror or error}). "
        "Choose another with --store FOLDER or the environment variable GCM_DRAFT_STORE."
    )


def is_full(error: BaseException | None, root: Path) -> bool:
    """Whether an error, or what caused it, says that the disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        text = str(error).lower()
        if isinstance(error, shutil.Error) and f"errno {errno.ENOSPC}" in text:
            return True
        database = isinstance(error, sqlite3.Error) or type(error).__module__.startswith("chromadb")
        if database and ("is full" in text or "no space left" in text or _little_room(root)):
            return True  # Chroma's own message does not always name the cause
        error = error.__cause__ or error.__context__
    return False


def _little_room(root: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(root).free < LITTLE_ROOM
    return False


def tidy(root: Path) -> None:
    """Remove what interrupted writers left behind. The caller holds the lock."""
    current = current_generation(root)
    for stale in root.glob("gen-*"):
        if stale != current:
            _retire(stale)
    for left in root.glob("gone-gen-*"):
        shutil.rmtree(left, ignore_errors=True)
    for pointer in root.glob("CURRENT.*"):
        pointer.unlink(missing_ok=True)


@contextlib.contextmanager
def new_generation(root: Path, base: Path | None = None) -> Iterator[Path]:
    """A folder for a new generation, a copy of ``base`` if given; the body calls :func:`switch` at the end.

    On any error before that it is removed. The caller holds the lock.
    """
    tidy(root)
    folder = root / f"gen-{uuid.uuid4().hex[:12]}"
    try:
        if base is None:
            folder.mkdir()
        else:
            shutil.copytree(base, folder)
        (folder / _IN_USE).touch()
        yield folder
    finally:
        if current_generation(root) != folder:
            shutil.rmtree(folder, ignore_errors=True)
        tidy(root)


def switch(root: Path, folder: Path) -> None:
    """Make a finished generation the current one, in one step that outlasts a loss of power."""
    for path in folder.rglob("*"):
        if path.is_file():
            sync(path)
    write_whole(root / "CURRENT", folder.name.encode("ascii"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is either the old or the new one, also after a loss of power."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the system write a file or folder to the disk now, where it can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
