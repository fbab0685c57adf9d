"""A behaviour replaces a step by its name, whichever part of the app has it."""

from collections import Counter
from typing import Any

import pytest

from graph_contracts.reference.message import Request
from graph_contracts.reference.tools import override
from tests.reference.desk import Ask, app, ask


def _steps(part: object) -> list[str]:
    return [name for name, value in vars(type(part)).items() if callable(value) and not name.startswith("_")]


def test_no_two_parts_have_a_step_of_the_same_name() -> None:
    served = app()
    counted = Counter(step for part in served.parts for step in _steps(part))
    assert {"objects", "authenticate", "route", "check", "get", "write", "send", "perform"} <= set(counted)
    assert [step for step, times in counted.items() if times > 1] == []


def test_every_part_that_an_app_has_is_searched_for_steps() -> None:
    served = app()
    held = [each for each in vars(served).values() if type(each).__module__.startswith("graph_contracts.reference.")]
    assert len(held) == len(served.parts) - 1
    assert {id(each) for each in held} <= {id(part) for part in served.parts}


@pytest.mark.parametrize("step", ["perform", "objects", "authenticate", "route", "parse", "get", "represent", "render"])
def test_a_step_is_replaced_on_one_app_for_all_of_its_parts(step: str) -> None:
    changed, sound = app(), app()
    seen = []

    @override(changed, step)
    def replaced(inner: Any, *given: Any) -> Any:
        seen.append(step)
        return inner(*given)

    asks = (Ask(body={"changeId": "c"}), Ask("GET"))
    assert [said.status for said in ask(sound, *asks)] == [200, 200]
    assert seen == []
    assert [said.status for said in ask(changed, *asks)] == [200, 200]
    assert seen


def test_a_step_that_is_replaced_twice_goes_through_both() -> None:
    served = app()
    for text in ("first", "second"):

        @override(served, "represent")
        def represent(inner: Any, request: Request, entity: dict[str, Any], text: str = text) -> Any:
            shown = inner(request, entity)
            return {**shown, "through": [*shown.get("through", []), text]}

    (said,) = ask(served, Ask("GET"))
    assert said.json["through"] == ["first", "second"]


def test_a_step_that_no_part_has_is_refused() -> None:
    with pytest.raises(AttributeError, match="no_such_step"):
        override(app(), "no_such_step")(lambda inner: None)
