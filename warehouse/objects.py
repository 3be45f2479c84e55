"""Where bytes lie: a local folder or a bucket, with the one guarantee that commits need: create only if absent."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from warehouse.settings import absolute

SCRATCH = "_tmp"  # temporary files of a local warehouse; nothing in it is ever read by others
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StoreError(RuntimeError):
    """Storage refused; the message names the place, what happened and the remedy."""


class MissingObjectError(StoreError):
    """No object has that key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored object: key, size in bytes, time of its last change (UTC)."""

    key: str
    size: int
    modified: dt.datetime


class ObjectStore(Protocol):
    """What the warehouse needs of a storage. Keys are relative, with '/' between their parts."""

    root: str
    scratch: Path | None

    def __hash__(self) -> int: ...

    def create(self, key: str, data: bytes) -> bool:
        """Store ``data`` unless the key exists; False if it does. Never leaves a partial object. Raises StoreError."""
        ...

    def keep(self, key: str, data: bytes) -> None:
        """Store content-named ``data``; where it is already, make it young again, so that upkeep leaves it alone."""
        ...

    def replace(self, key: str, data: bytes) -> None:
        """Store ``data`` whole under a key that may exist; for small pointers only. Raises StoreError."""
        ...

    def get(self, key: str) -> bytes:
        """The whole object; MissingObjectError without one."""
        ...

    def exists(self, key: str) -> bool:
        """Whether an object has that key."""
        ...

    def entry(self, key: str) -> Entry | None:
        """What is stored under a key at this moment; None without an object."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object if there is one."""
        ...

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Every object whose key starts with the folder ``prefix``, sorted by key."""
        ...

    def locate(self, key: str) -> str:
        """Path or s3:// address that a Parquet reader understands."""
        ...

    def sync(self) -> None:
        """Return once everything created so far survives a loss of power."""
        ...


def open_objects(url: str) -> ObjectStore:
    """The storage behind a folder or ``s3://bucket/prefix``; touches nothing yet."""
    url = absolute(url)
    return Bucket(url) if url.startswith("s3://") else Folder(Path(url))


def prove_conditional(store: ObjectStore) -> None:
    """Create one key twice: raises StoreError if the store lets the second writer win or cannot be written."""
    key = f"_meta/probe-{uuid.uuid4().hex}"
    try:
        if not store.create(key, b"first") or store.create(key, b"second") or store.get(key) != b"first":
            raise StoreError(
                f"{store.root} ignores conditional writes (create only if absent): two writers would lose each "
                "other's commits. Use a local folder, SeaweedFS, MinIO, Ceph or AWS S3 instead."
            )
    finally:
        with contextlib.suppress(StoreError):
            store.delete(key)


class Folder:
    """A local folder: temporary file, fsync, hard link; a key is either absent or whole."""

    def __init__(self, root: Path) -> None:
        self.path = root
        self.root = str(root)
        self.scratch: Path | None = root / SCRATCH
        self._dirty: set[Path] = set()
        self._lock = threading.Lock()

    def create(self, key: str, data: bytes) -> bool:
        """See ObjectStore.create."""
        target = self.path / key
        if target.exists():
            return False
        with self._explained(target):
            return self._link(self._temporary(data), target)

    def keep(self, key: str, data: bytes) -> None:
        """See ObjectStore.keep."""
        while not self.create(key, data):
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.path / key)
                self._folder((self.path / key).parent)  # whoever made it may not have lived to sync it
                return

    def replace(self, key: str, data: bytes) -> None:
        """See ObjectStore.replace."""
        target = self.path / key
        with self._explained(target):
            temporary = self._temporary(data)
            self._folder(target.parent)
            temporary.replace(target)

    def get(self, key: str) -> bytes:
        """See ObjectStore.get."""
        try:
            return (self.path / key).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingObjectError(f"{self.path / key} does not exist") from error
        except OSError as error:
            raise StoreError(f"cannot read {self.path / key}: {error.strerror}") from error

    def exists(self, key: str) -> bool:
        """See ObjectStore.exists."""
        return (self.path / key).is_file()

    def entry(self, key: str) -> Entry | None:
        """See ObjectStore.entry."""
        try:
            state = (self.path / key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Entry(key, state.st_size, dt.datetime.fromtimestamp(state.st_mtime, dt.UTC))

    def delete(self, key: str) -> None:
        """See ObjectStore.delete."""
        with self._explained(self.path / key):
            (self.path / key).unlink(missing_ok=True)

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """See ObjectStore.entries; names that start with a dot and links to folders are not objects."""
        base = self.path / prefix
        for folder, folders, names in os.walk(base):
            folders.sort()
            for name in sorted(names):
                found = self.entry(Path(folder, name).relative_to(self.path).as_posix())
                if found:
                    yield found

    def locate(self, key: str) -> str:
        """See ObjectStore.locate."""
        return str(self.path / key)

    def sync(self) -> None:
        """See ObjectStore.sync: the folders; files are synced when written."""
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        for folder in sorted(dirty):
            with self._explained(folder):
                _sync_folder(folder)

    def _temporary(self, data: bytes) -> Path:
        assert self.scratch is not None  # noqa: S101
        self.scratch.mkdir(parents=True, exist_ok=True)
        path = self.scratch / f"{os.getpid()}-{uuid.uuid4().hex}"
        try:
            with path.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def _link(self, temporary: Path, target: Path) -> bool:
        try:
            self._folder(target.parent)
            os.link(temporary, target)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        inside = [folder, *folder.parents]
        with self._lock:
            self._dirty.update(inside[: inside.index(self.path) + 1])

    @contextlib.contextmanager
    def _explained(self, path: Path) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            raise
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}. {_remedy(error)}") from error


def _remedy(error: OSError) -> str:
    if error.errno in NO_SPACE:
        return "Free space there (python -m warehouse doctor) or point TINTINH_WAREHOUSE to a larger disk."
    if error.errno in {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
        return "The file system must allow hard links; point TINTINH_WAREHOUSE to one that does."
    return "Make it writable for this user or point TINTINH_WAREHOUSE elsewhere."


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """An S3 bucket and prefix through obstore; endpoint and keys come from the usual AWS_* variables."""

    def __init__(self, url: str) -> None:
        from obstore.store import S3Store

        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self.root = url
        self.scratch: Path | None = None
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        config: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "120s"},
            retry_config={"max_retries": 5, "retry_timeout": dt.timedelta(seconds=60)},
            **config,
        )

    def create(self, key: str, data: bytes) -> bool:
        """See ObjectStore.create: one PUT with If-None-Match."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            obstore.put(self._store, key, data, mode="create", use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            return False
        except Exception as error:
            raise self._failed("write", key, error) from error
        return True

    def keep(self, key: str, data: bytes) -> None:
        """See ObjectStore.keep: the same bytes again, if they are there."""
        if not self.create(key, data):
            self.replace(key, data)

    def replace(self, key: str, data: bytes) -> None:
        """See ObjectStore.replace: one PUT."""
        import obstore

        try:
            obstore.put(self._store, key, data, use_multipart=False)
        except Exception as error:
            raise self._failed("write", key, error) from error

    def get(self, key: str) -> bytes:
        """See ObjectStore.get: one whole GET, which is never torn."""
        import obstore

        try:
            return bytes(obstore.get(self._store, key).bytes())
        except _missing() as error:
            raise MissingObjectError(f"{self.locate(key)} does not exist") from error
        except Exception as error:
            raise self._failed("read", key, error) from error

    def exists(self, key: str) -> bool:
        """See ObjectStore.exists."""
        return self.entry(key) is not None

    def entry(self, key: str) -> Entry | None:
        """See ObjectStore.entry."""
        import obstore

        try:
            meta = obstore.head(self._store, key)
        except _missing():
            return None
        except Exception as error:
            raise self._failed("read", key, error) from error
        return Entry(meta["path"], meta["size"], meta["last_modified"])

    def delete(self, key: str) -> None:
        """See ObjectStore.delete."""
        import obstore

        try:
            obstore.delete(self._store, key)
        except _missing():
            return
        except Exception as error:
            raise self._failed("delete", key, error) from error

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """See ObjectStore.entries; a bucket that does not exist yet holds nothing."""
        import obstore

        try:
            found = [meta for chunk in obstore.list(self._store, prefix=prefix or None) for meta in chunk]
        except _missing():
            return
        except Exception as error:
            if "NoSuchBucket" not in str(error):
                raise self._failed("list", prefix, error) from error
            return
        for meta in sorted(found, key=lambda meta: meta["path"]):
            yield Entry(meta["path"], meta["size"], meta["last_modified"])

    def locate(self, key: str) -> str:
        """See ObjectStore.locate."""
        return f"{self.root}/{key}"

    def sync(self) -> None:
        """See ObjectStore.sync: an acknowledged PUT is durable."""

    def _failed(self, action: str, key: str, error: Exception) -> StoreError:
        first = str(error).split("\n", 1)[0][:300]
        return StoreError(
            f"cannot {action} {self.locate(key)}: {first}. "
            "Check AWS_ENDPOINT_URL, the AWS_* keys, that the bucket exists and has space."
        )


def _missing() -> tuple[type[Exception], ...]:
    from obstore.exceptions import NotFoundError

    return (NotFoundError, FileNotFoundError)
