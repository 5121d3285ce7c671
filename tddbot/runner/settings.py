"""[tool.tddbot.runner]: how tests are run and what their jail allows."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class RunnerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits are per process unless they say otherwise; seconds are wall clock."""

    test_seconds: Annotated[float, Meta(gt=0, description="The longest that one test may take.")] = 60.0
    run_seconds: Annotated[float, Meta(gt=0, description="The longest that one run of the suite may take.")] = 1800.0
    jobs: Annotated[int, Meta(ge=0, description="Candidates tried side by side; 0 is one per core.")] = 0
    memory_mb: Annotated[int, Meta(ge=64, description="Address space of each process in the jail.")] = 4096
    tmp_mb: Annotated[
        int, Meta(ge=1, description="Room in memory for all that the tests of one run write to files.")
    ] = 1024
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
