from tddbot.domain import Outcome, Result, Run
from tddbot.watcher.news import newly_red


def run(**outcomes: Outcome) -> Run:
    return Run("tree", {node: Result(node, outcome) for node, outcome in outcomes.items()})


def test_what_was_not_red_when_last_seen_is_news_in_run_order():
    now = run(z=Outcome.FAILED, new=Outcome.ERROR, old=Outcome.FAILED, a=Outcome.CRASHED, s=Outcome.TIMEOUT)
    last = {"z": Outcome.PASSED, "old": Outcome.ERROR, "a": Outcome.PASSED, "s": Outcome.SKIPPED}
    assert newly_red(now, last) == ("z", "new", "a", "s")


def test_greens_and_the_neither_are_no_news():
    assert newly_red(run(a=Outcome.PASSED, b=Outcome.SKIPPED, c=Outcome.XFAILED), {"a": Outcome.FAILED}) == ()
