"""Whether a patch wins what was shown of a target and not what was withheld: then it has learnt cases, and no rule."""

from dataclasses import replace

from tddbot.domain import Ruling, Run, Target, Verdict
from tddbot.judge.verdict import plausible
from tddbot.proof import Withheld
from tddbot.withholding import hides, is_withheld, without


def shown_and_withheld(target: Target, run: Run, withheld: Withheld) -> Verdict:
    """Rule on a run of the target alone as `plausible` does; OVERFIT where only withheld cases are not won.

    The results are `blanked` ones. No reason tells of a withheld case more than how many of them are red.
    """
    verdict = plausible(target, run)
    if verdict.ruling is not Ruling.STILL_RED or not withheld:
        return verdict
    red = sum(result.outcome.is_red and _is_of(result.node_id, run, withheld) for result in run.results.values())
    shown = replace(target, results=tuple(each for each in target.results if not hides(each.node_id, withheld)))
    seen = plausible(shown, without(run, withheld))
    if seen.ruling is Ruling.STILL_RED:
        more = (f"withheld cases that are red, too: {red}",) if red else ()
        return replace(verdict, reasons=(*seen.reasons, *more))
    return replace(verdict, ruling=Ruling.OVERFIT, reasons=(_said(red, withheld),))


def _is_of(node: str, run: Run, withheld: Withheld) -> bool:
    return hides(node, withheld) or is_withheld(run.results[node])


def _said(red: int, withheld: Withheld) -> str:
    if any(not test.hidden for test in withheld.tests):
        # A test that lists its cases ends at the first one that fails.
        return f"it passes what was shown, and fails at one of {withheld.count} withheld cases, if not at more"
    return f"it passes what was shown, and {red or 'some'} of {withheld.count} withheld cases fail"
