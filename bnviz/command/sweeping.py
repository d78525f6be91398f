"""`python -m bnviz sweep`: a grid to a table, and on from where an earlier sweep of the same table ended.

Rows are known by the content of their network (the column `network`). While they are trained they go to a journal
beside the table, so that even a killed process leaves all but the chunks in progress.
"""

import argparse
import hashlib
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from bnviz.cluster import ClusterError, client_from_environment
from bnviz.command.inputs import BadInput, read_experiment, read_grid, read_seeds, require_output, writing
from bnviz.command.saying import say
from bnviz.command.signals import Interruption
from bnviz.experiment import InvalidExperiment
from bnviz.grid import Network, plan
from bnviz.rows import SUFFIXES, Journal, Row, UnreadableRows, frame_of, read_rows, results_in, write_frame
from bnviz.sweeps import train_networks


def sweep_command(options: argparse.Namespace) -> bool:
    """Train what the table lacks, write it, and print how the networks ended; False when interrupted."""
    require_output(options.out, SUFFIXES)
    try:
        grid = read_grid(options.grid_file, options.grid)
        networks = plan(read_experiment(options.experiment), grid, read_seeds(options.seeds))
    except InvalidExperiment as error:
        raise BadInput(str(error)) from None
    with _alone(options.out), Interruption() as interrupted:
        table = _Table(options.out, networks)
        table.take_up()
        try:
            _train(table, interrupted)
        finally:
            table.write()
    counts = Counter(table.results[network.key]["status"] for network in networks if network.key in table.results)
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items(), reverse=True))
    say(f"{table.rows} of {len(networks)} rows in {options.out}{': ' if said else ''}{said}")
    return not interrupted.requested


def _train(table: "_Table", interrupted: Interruption) -> None:
    """Train the networks that have no results yet, on a Dask scheduler where the environment names one."""
    missing = [network for network in table.networks if network.key not in table.results]
    if table.rows:
        print(f"resumed: {table.rows} of {len(table.networks)} rows kept", file=sys.stderr)
    if not missing or interrupted():
        return
    with (
        _client() as client,
        tqdm(total=len(table.networks), initial=table.rows, desc="sweep", unit=" networks", file=sys.stderr) as bar,
        closing(train_networks(missing, client, interrupted)) as chunks,
    ):
        for results in chunks:
            table.add(results)
            bar.update(table.rows - bar.n)


@contextmanager
def _client() -> Iterator:
    """The client of the environment, closed afterwards, or None."""
    try:
        client = client_from_environment()
    except ClusterError as error:
        raise BadInput(str(error)) from None
    if client is None:
        yield None
        return
    # When the scheduler is lost the command says so in its own line.
    logging.getLogger("distributed.client").disabled = True
    with client:
        yield client


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Refuse to go on while another process writes the same table. The lock ends with its process."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    lock = FileLock(Path(tempfile.gettempdir()) / f"bnviz-{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BadInput(f"{path}: another sweep writes this file; wait for it, or name another file.") from None
    try:
        yield
    finally:
        lock.release()


class _Table:
    """The rows of a sweep in their file, with a journal of those that are not in it yet."""

    def __init__(self, path: Path, networks: Sequence[Network]):
        self.path, self.networks = path, networks
        self.journal = Journal(path.resolve().with_name(f"{path.name}.journal"))
        self.results: dict[str, Row] = {}
        self.rows = 0
        self._rows_of: dict[str, int] = {}
        for network in networks:
            self._rows_of[network.key] = self._rows_of.get(network.key, 0) + 1

    def take_up(self) -> None:
        """Take over what an earlier sweep left in the file and in its journal."""
        for source, read in (
            (self.path, lambda: results_in(read_rows(self.path))),
            (self.journal.path, self.journal.read),
        ):
            try:
                found = read()
            except FileNotFoundError:
                continue
            except (UnreadableRows, OSError) as error:
                raise BadInput(f"{source}: {error}; name another file, or move this one away.") from None
            if foreign := len(found.keys() - self._rows_of.keys()):
                raise BadInput(
                    f"{source}: holds {foreign} rows that this sweep does not ask for; name another file, or ask for "
                    "them too."
                )
            self._take(found)
        # A line that a killed process left incomplete must not become one in the middle.
        if self.journal.path.exists():
            self.write()

    def add(self, results: dict[str, Row]) -> None:
        """Keep new results, in the journal first."""
        with writing(self.journal.path):
            self.journal.append(results)
        self._take(results)

    def _take(self, results: dict[str, Row]) -> None:
        self.rows += sum(self._rows_of[key] for key in results.keys() - self.results.keys())
        self.results |= results

    def write(self) -> None:
        """Write all rows to the file; from then on the journal is not needed."""
        with writing(self.path):
            if self.results:
                write_frame(frame_of(self.networks, self.results, with_key=True), self.path)
            self.journal.remove()
