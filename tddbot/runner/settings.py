"""[tool.tddbot.runner]: how tests are run and what their jail allows."""

import math
import os
from typing import Annotated, Literal

from msgspec import Meta, Struct

_MB = 1024 * 1024
_THREAD_MB = 104
"""Address space that one thread of a numeric library reserves and hardly uses: 41 MB (OpenBLAS, measured), 64 malloc's.

Such libraries start a thread for each core, so that a fixed limit would hurt honest projects on large machines.
"""


class RunnerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits are per process unless they say otherwise; seconds are wall clock unless they say otherwise."""

    test_seconds: Annotated[float, Meta(gt=0, description="The longest that one test may take.")] = 60.0
    run_seconds: Annotated[float, Meta(gt=0, description="The longest that one run of the suite may take.")] = 1800.0
    cpu_seconds: Annotated[
        float,
        Meta(ge=0, description="CPU time of each process in the jail; 0 is what all cores give in `run_seconds`."),
    ] = 0.0
    jobs: Annotated[int, Meta(ge=0, description="Candidates tried side by side; 0 is one per core.")] = 0
    memory_mb: Annotated[
        int,
        Meta(ge=64, description="Address space of each process in the jail, besides 104 MB for each core's thread."),
    ] = 4096
    tree_memory_mb: Annotated[
        int,
        Meta(
            ge=0,
            description="Memory of all processes of one jail together, files included, where a cgroup is delegated to "
            "tddbot; 0 is twice `memory_mb` and `tmp_mb`.",
        ),
    ] = 0
    tmp_mb: Annotated[
        int, Meta(ge=1, description="Room in memory for all that the tests of one run write to files.")
    ] = 1024
    output_mb: Annotated[int, Meta(ge=1, description="The most that the tests of one run may print.")] = 64
    processes: Annotated[int, Meta(ge=8, description="Processes and threads of the user in the jail.")] = 2048
    open_files: Annotated[int, Meta(ge=64, description="Open files of each process in the jail.")] = 1024
    readable: Annotated[
        tuple[str, ...],
        Meta(description="More absolute paths that tests may read; nothing else outside the repository is visible."),
    ] = ()
    jail: Annotated[
        Literal["auto", "namespaces", "bubblewrap", "landlock"],
        Meta(
            description="How tests are jailed: auto takes namespaces or else bubblewrap; landlock, which holds less, "
            "is taken only when it is named."
        ),
    ] = "auto"
    env: Annotated[
        dict[str, str], Meta(description="Environment variables for the tests; the jail starts with almost none.")
    ] = {}
    pass_env: Annotated[
        tuple[str, ...], Meta(description="Names of variables that tests may see as they are outside.")
    ] = ()

    @property
    def address_space_mb(self) -> int:
        """What one process may reserve: its memory, and what threads reserve without use."""
        return self.memory_mb + _THREAD_MB * _cores()

    @property
    def most_cpu_seconds(self) -> int:
        """The CPU time of one process, in whole seconds."""
        return math.ceil(self.cpu_seconds or self.run_seconds * _cores())

    @property
    def most_tree_memory_mb(self) -> int:
        """The memory of a whole jail."""
        return self.tree_memory_mb or 2 * self.memory_mb + self.tmp_mb

    def rlimits(self) -> dict[str, int]:
        """Return what setrlimit is told, by the limit's name without its prefix."""
        return {
            "AS": self.address_space_mb * _MB,
            "FSIZE": self.tmp_mb * _MB,
            "NOFILE": self.open_files,
            "NPROC": self.processes,
            "CPU": self.most_cpu_seconds,
            "CORE": 0,
        }


def _cores() -> int:
    return os.cpu_count() or 1
