"""Short ways to write runs."""

from tddbot.domain import Ending, Failure, Outcome, Result, Run, Target

WORDS = {
    "p": Outcome.PASSED,
    "f": Outcome.FAILED,
    "e": Outcome.ERROR,
    "t": Outcome.TIMEOUT,
    "s": Outcome.SKIPPED,
    "x": Outcome.XFAILED,
    "X": Outcome.XPASSED,
}


def result(node: str, word: str) -> Result:
    outcome = WORDS[word]
    phase = "call" if "::" in node else "collect"
    failure = Failure(phase, "AssertionError", f"assert {node}\nmore") if outcome.is_red else None
    return Result(node, outcome, failure=failure)


def run(outcomes: dict[str, str], ending: Ending = Ending.COMPLETE, tree: str = "tree", detail: str = "") -> Run:
    return Run(tree, {node: result(node, word) for node, word in outcomes.items()}, ending, detail, jail="namespaces")


def target(of: Run, *nodes: str) -> Target:
    return Target("a cause", tuple(of.results[node] for node in nodes))
