"""The brief without the withheld cases, made once more from the tests' files as if they had never been there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from tddbot.context.code.files import Read
from tddbot.context.held_out.holding import held_out
from tddbot.context.privacy.secrets import Redactor
from tddbot.domain import Brief, NodeId, Run, Target
from tddbot.text import decode
from tddbot.withholding import blanked, hides

Gather = Callable[[Target, Run, Read], Brief]
"""Makes a brief from a target, the run that confirmed it, and what reads the repository's files."""


def held_back(
    brief: Brief,
    texts: Mapping[str, str],
    nodes: Collection[NodeId],
    share: float,
    confirmed: Run,
    read: Read,
    redactor: Redactor,
    gather: Gather,
) -> Brief:
    """Return the brief with what is withheld of its target, and with what is shown in its place.

    `texts`, `nodes` and `share` are as in `held_out`.
    """
    withheld = held_out(brief.target, texts, nodes, brief, share)
    if not withheld:
        return brief

    def shown(path: str) -> bytes | None:
        data = read(path)
        source = decode(data) if data is not None and path in withheld.texts else None
        return withheld.texts[path].encode(source[1]) if source else data

    kept = {node: blanked(each, withheld) for node, each in confirmed.results.items() if not hides(node, withheld)}
    results = tuple(each for each in brief.target.results if not hides(each.node_id, withheld))
    made = gather(replace(brief.target, results=results), replace(confirmed, results=kept), shown)
    withheld = replace(withheld, texts={path: redactor.redacted(text) for path, text in withheld.texts.items()})
    return replace(brief, withheld=withheld, shown=replace(made, withheld=withheld))
