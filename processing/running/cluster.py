# SPDX-License-Identifier: GPL-2.0-or-later
"""Work on other machines: a dask.distributed scheduler as a standard executor. Nothing here runs unless asked for.

The one place where the plugin goes on the network, to the address that the user gave and nowhere else. The workers need
Python and the four libraries in the versions of this machine; the code of core travels with the first study. What is
split and how lies in core (Run.map), so the rows are the same as here. dask knows no passwords: a cluster belongs on a
network of one's own, or behind TLS (`tls://…` with dask's own settings).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ..missing import how_to_install
from .scratch import Scratch

SETTING = "urban_renewal/cluster"  # QgsSettings: the scheduler that every run uses
ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")
CONNECT_S = 10
ALONE_S = 60.0  # own choice: how long a cluster may be without workers before the run gives up
WATCH_S = 2.0
TRIES = 3  # of an item whose worker was lost
PACKAGE = "urban_renewal"
ROOT = Path(__file__).resolve().parents[2]


def refuse_address(address: str) -> None:
    """Raise RenewalError: `cluster_address` for what is no address, `cluster_package_missing` without distributed."""
    if not ADDRESS.fullmatch(address):
        raise RenewalError("cluster_address", address=address[:100])
    if find_spec("distributed") is None:
        raise RenewalError("cluster_package_missing", how=how_to_install(["distributed"]))


@contextlib.contextmanager
def cluster_executor(address: str) -> Iterator[Executor | None]:
    """Give an executor on the scheduler at `address`, None for an empty one; closed in the end.

    Raises RenewalError: as `refuse_address`; `cluster_unreachable`; `cluster_without_workers`; `cluster_versions` when
    a worker has other versions of the libraries than this machine, with which the last digits might differ.
    """
    if not address:
        yield None
        return
    refuse_address(address)
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="urban renewal")
    except (OSError, ValueError, RuntimeError) as error:
        raise RenewalError("cluster_unreachable", address=address, reason=_brief(error)) from error
    with client:
        _wait_for_workers(client, address)
        with Scratch() as scratch:
            client.upload_file(str(pack_core(scratch)))
        _refuse_other_versions(client)
        yield ClusterExecutor(client, address)


class ClusterExecutor(Executor):
    """concurrent.futures on a cluster; `spread` sends a value to each worker once, `watch` sees when nobody is left."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False, retries=TRIES)
        self._looked, self._seen = 0.0, time.monotonic()

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        """Send one call; the future is one of concurrent.futures."""
        future: Future[Any] = self._executor.submit(function, *arguments, **named)
        return future

    def spread(self, value: Any) -> Any:
        """Return what stands for the value in the arguments of later calls: a copy on every worker."""
        return self._client.scatter([value], broadcast=True, hash=False)[0]

    def watch(self) -> None:
        """Raise RenewalError(`cluster_lost`) when the scheduler or all workers have been away for a minute."""
        now = time.monotonic()
        if now - self._looked < WATCH_S:
            return
        self._looked = now
        if self._client.status == "running" and workers_of(self._client):
            self._seen = now
        elif now - self._seen > ALONE_S:
            raise RenewalError("cluster_lost", address=self._address, seconds=int(ALONE_S))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Call off what is still waiting; the cluster itself goes on."""
        self._executor.shutdown(wait=False)


def workers_of(client: Any) -> list[str]:
    """Return the addresses of the workers that the scheduler knows; none when it does not answer."""
    try:
        return sorted(client.scheduler_info(n_workers=-1)["workers"])
    except (OSError, KeyError, TypeError, ValueError):
        return []


def pack_core(folder: Path) -> Path:
    """Write the code of core as a zip that workers import from, named by its content; return it."""
    files = sorted((ROOT / "core").rglob("*.py"))
    texts = [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in files]
    content = hashlib.sha256(b"".join(name.encode() + text for name, text in texts)).hexdigest()[:16]
    target = folder / f"{PACKAGE}_{content}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{PACKAGE}/__init__.py", "")
        for name, text in texts:
            archive.writestr(f"{PACKAGE}/{name}", text)
    return target


def _wait_for_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise RenewalError("cluster_without_workers", address=address) from error


def _refuse_other_versions(client: Any) -> None:
    from ...core.machine import versions

    here = versions()
    for worker, there in client.run(versions).items():
        other = [f"{name} {there.get(name)} ≠ {here[name]}" for name in here if there.get(name) != here[name]]
        if other:
            raise RenewalError("cluster_versions", worker=worker, differences=other)


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
