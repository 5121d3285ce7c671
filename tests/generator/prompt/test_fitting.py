"""What is left out of a brief that is longer than a model's context, and in which order."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Brief, Excerpt, Role
from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.prompt.fitting import Fitted, fitted
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.prompt.thread import Judged
from tests.generator import samples

OPTIONAL = (Role.MAP, Role.SIBLING, Role.SIGNATURES)


def large(*roles: Role) -> Brief:
    return samples.brief(samples.SOURCE, *(Excerpt(f"{role.value}.py", "x = 1\n" * 600, role) for role in roles))


def roles(request: Fitted | str) -> set[Role]:
    assert isinstance(request, Fitted)
    return {excerpt.role for excerpt in request.brief.excerpts} & set(OPTIONAL)


def has_locals(brief: Brief) -> bool:
    return any(frame.locals for result in brief.target.results for frame in result.failure.frames)  # type: ignore[union-attr]


def tokens(brief: Brief) -> int:
    return estimated_tokens(prompt(brief).size())


def test_what_fits_stays_whole() -> None:
    brief = large(*OPTIONAL)
    assert fitted(brief, (), tokens(brief)) == Fitted(prompt(brief), brief, 0)


def test_the_map_goes_first_then_siblings_then_signatures_then_locals() -> None:
    brief = large(*OPTIONAL)
    cuts = [fitted(brief, (), 1_000_000, dropped) for dropped in range(5)]
    assert [roles(cut) for cut in cuts] == [
        set(OPTIONAL),
        {Role.SIBLING, Role.SIGNATURES},
        {Role.SIGNATURES},
        set(),
        set(),
    ]
    assert [has_locals(cut.brief) for cut in cuts if isinstance(cut, Fitted)] == [True] * 4 + [False]
    assert [cut.dropped for cut in cuts if isinstance(cut, Fitted)] == [0, 1, 2, 3, 4]


def test_only_as_much_is_left_out_as_it_takes() -> None:
    brief = large(*OPTIONAL)
    room = tokens(large(Role.SIGNATURES))
    request = fitted(brief, (), room)
    assert roles(request) == {Role.SIGNATURES}
    assert roles(fitted(brief, (), room - 1)) == set()


def test_a_cut_that_leaves_nothing_out_does_not_count() -> None:
    brief = large(Role.SIGNATURES)
    assert roles(fitted(brief, (), 1_000_000, dropped=1)) == set()


def test_tests_and_sources_are_never_left_out() -> None:
    request = fitted(large(*OPTIONAL), (), 1_000_000, dropped=4)
    assert isinstance(request, Fitted)
    assert {excerpt.role for excerpt in request.brief.excerpts} == {Role.SOURCE, Role.TEST}
    assert request.brief.target.node_ids == samples.brief().target.node_ids


def test_what_cannot_fit_is_said_in_numbers() -> None:
    said = fitted(large(), (), 100)
    assert isinstance(said, str)
    needed = tokens(replace(large(), target=replace(large().target, results=())))
    assert "has room for 100" in said
    assert int(said.split("about ")[1].split()[0]) > needed


def test_a_server_that_finds_even_the_least_too_long_is_believed() -> None:
    said = fitted(large(*OPTIONAL), (), 1_000_000, dropped=5)
    assert isinstance(said, str)
    assert said.endswith("which the server finds too long")


@settings(deadline=None)
@given(st.integers(0, 8_000), st.integers(0, 5), st.integers(0, 3_000))
def test_whatever_the_room_a_request_keeps_to_it(room: int, dropped: int, said: int) -> None:
    request = fitted(large(*OPTIONAL), (Judged("x" * said),), room, dropped)
    if isinstance(request, Fitted):
        assert estimated_tokens(request.prompt.size()) <= room
        assert request.dropped >= dropped
