"""What a document says that an action does: a verb at the beginning, and the names and types of the object's own."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from graph_contracts.contract import ActionEffects, Operation, Property, Type, TypeKind, action_effects
from graph_contracts.contract.action_effects import Removal

TEXT, GUID = Type(TypeKind.STRING), Type(TypeKind.GUID)


def _type(name: str = "", /, **properties: Type) -> Type:
    named = {each: Property(each, type_) for each, type_ in properties.items()}
    return Type(TypeKind.COMPLEX, name, properties=MappingProxyType(named))


CREDENTIALS = Type(TypeKind.COLLECTION, item=_type(keyId=GUID))
APPLICATION = _type(
    "microsoft.graph.application", displayName=TEXT, count=Type(TypeKind.INT32), credentials=CREDENTIALS
)


def _action(description: str, success: int = 204, response: Type | None = None, **parameters: Type) -> Operation:
    path = "/applications/{id}/act"
    return Operation(
        "act", "POST", path, description=description, body=_type(**parameters), response=response, success=success
    )


@pytest.mark.parametrize("description", ["Updates properties on devices.", "Set the name.", "This action changes it."])
def test_parameters_with_the_names_of_properties_set_these(description: str) -> None:
    action = _action(description, displayName=TEXT, reason=TEXT, count=TEXT)
    assert action_effects(action, APPLICATION).sets == ("displayName",), "another type is another thing"


@pytest.mark.parametrize("description", ["Approve a request.", "", "The name is updated later.", "Settings of it."])
def test_without_such_a_verb_nothing_is_said(description: str) -> None:
    assert not action_effects(_action(description, displayName=TEXT), APPLICATION).known


def test_what_is_only_begun_or_bound_to_nothing_says_nothing() -> None:
    action = _action("Updates the name.", displayName=TEXT)
    assert action_effects(action, APPLICATION).sets
    assert action_effects(replace(action, success=202), APPLICATION) == ActionEffects()
    assert action_effects(action, None) == ActionEffects()


def test_an_item_is_removed_by_the_one_key_that_the_action_takes() -> None:
    removal = Removal("credentials", "keyId")
    assert action_effects(_action("Removes a password from it.", keyId=GUID), APPLICATION).removes == removal
    assert action_effects(_action("Removes a password.", keyId=GUID, proof=TEXT), APPLICATION).removes is None
    assert action_effects(_action("Removes a password.", name=TEXT), APPLICATION).removes is None


@pytest.mark.parametrize(
    ("description", "success", "parameters", "makes"),
    [
        ("Create a copy of it.", 201, {}, True),
        ("Create a copy of it.", 200, {}, False),
        ("Answer to it.", 201, {}, False),
        ("Create a copy in another folder.", 201, {}, False),
        ("Create a copy of it.", 201, {"destinationId": TEXT}, False),
    ],
)
def test_an_object_is_made_where_201_answers_one_of_the_collection(
    description: str, success: int, parameters: dict[str, Type], makes: bool
) -> None:
    action = _action(description, success, APPLICATION, **parameters)
    assert action_effects(action, APPLICATION).makes is makes
    assert not action_effects(replace(action, response=CREDENTIALS.item), APPLICATION).makes
