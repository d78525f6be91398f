"""Beyond one machine: the tasks of a sweep on a Dask scheduler (optional, see requirements-dask.txt).

Dask is imported inside of functions, so that nothing here needs it until it is asked for.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from threading import Lock
from typing import Any, TypeVar

VARIABLE = "BNVIZ_DASK_SCHEDULER"
"""The environment variable that names a scheduler, such as tcp://10.0.0.5:8786."""

HELD = 4096
"""Results that the scheduler is asked to hold for a client at most; each is a few kB."""

POLL = 0.05  # seconds between two looks at what has ended

Task = TypeVar("Task")
Result = TypeVar("Result")


class ClusterError(RuntimeError):
    """No scheduler, no workers, or lost on the way; the message says what to do."""


def client_from_environment(timeout: float = 10) -> Any:
    """A new `dask.distributed.Client` of the scheduler that BNVIZ_DASK_SCHEDULER names, or None where it is not set.

    timeout: seconds to wait for the scheduler, and again for its first worker. The caller closes the client.
    Raises ClusterError, with a message of one line.
    """
    address = os.environ.get(VARIABLE, "").strip()
    if not address:
        return None
    try:
        from dask.distributed import Client
    except ImportError:
        raise ClusterError(
            f"{VARIABLE} = {address!r}: needs dask.distributed; pip install -r requirements-dask.txt, or unset it."
        ) from None
    try:
        _knock(address, timeout)
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = "does not answer" if isinstance(error, OSError) else "is not an address such as tcp://10.0.0.5:8786"
        raise ClusterError(
            f"{VARIABLE} = {address!r}: {reason}; start `dask scheduler`, correct the address, or unset it."
        ) from None
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        client.close()
        raise ClusterError(f"{VARIABLE} = {address!r}: has no workers; start `dask worker {address}`.") from None
    return client


def shared_client() -> Any:
    """The client of this process for BNVIZ_DASK_SCHEDULER, made when it is first asked for; None where it is not set.

    One that has lost its scheduler is replaced. Raises ClusterError, with a message of one line.
    """
    with _making:
        client = _made()
        if client is not None and client.status != "running":
            _made.cache_clear()
            client = _made()
        return client


_making = Lock()


@cache
def _made() -> Any:
    return client_from_environment()


def _knock(address: str, timeout: float) -> None:
    """Raise OSError unless something listens there, ValueError for what is no address.

    A client that cannot be made leaves a thread behind that complains for many seconds; so look before.
    """
    from distributed.comm import get_address_host_port

    with socket.create_connection(get_address_host_port(address), timeout):
        pass


def results_on_client(
    client: Any,
    work: Callable[[Task], Result],
    tasks: Mapping[str, Task],
    should_stop: Callable[[], bool] | None = None,
) -> Iterator[tuple[str, Result]]:
    """`work` of each task, by name, as they end. The names are to tell the contents of tasks apart.

    What the scheduler holds from an earlier call with this client is not computed again. A task whose worker is lost
    goes to another one. Leaving early cancels what has not ended. Raises ClusterError when the scheduler is lost.
    """
    from dask.distributed import CancelledError, KilledWorker, as_completed

    # Futures kept with their client: the scheduler forgets a result when the last of its futures is gone.
    held: dict[str, Any] = vars(client).setdefault("bnviz_held", {})
    names = {f"bnviz-{name}": name for name in tasks}
    futures = [client.submit(work, tasks[name], key=key) for key, name in names.items()]
    ended = as_completed(futures, loop=client.loop)
    try:
        while not ended.is_empty():
            if should_stop is not None and should_stop():
                return
            batch = list(ended.next_batch(block=False))
            for future in batch:
                result = future.result()
                held[future.key] = future
                yield names[future.key], result
            if not batch:
                time.sleep(POLL)
    except ImportError as error:
        raise ClusterError(f"The workers of the Dask cluster lack what a training needs: {error}.") from None
    except (CancelledError, KilledWorker, OSError) as error:
        raise ClusterError(f"The Dask cluster was lost ({type(error).__name__}); sweep again to go on.") from None
    finally:
        client.cancel([future for future in futures if not future.done()])
        for key in list(held)[:-HELD]:
            del held[key]
