"""`--commit`: the option, and what became of the patches that were to be committed."""

import click

from tddbot.events import Event, PatchCommitted, Sink

commit_option = click.option(
    "--commit", "is_to_commit", is_flag=True, help="Commit each patch that is applied, and nothing else of yours."
)


class Uncommitted:
    """A sink that hands each event on, and keeps the IDs of the patches that were to be committed and are not."""

    def __init__(self, tell: Sink) -> None:
        self._tell = tell
        self.ids: list[str] = []

    def __call__(self, event: Event) -> None:
        """Hand one event on."""
        if isinstance(event, PatchCommitted) and not event.commit:
            self.ids.append(event.patch_id)
        self._tell(event)
