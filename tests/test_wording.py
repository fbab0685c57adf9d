"""What is read out of descriptions, and what isn't."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.wording import limits, maintained, overwritten


@pytest.mark.parametrize(
    "text",
    [
        "Identifies the version of the contact. Every time the contact is changed, ChangeKey changes as well.",
        "Incremented with every update.",
        "Increased by one on each write.",
        "Version number. Changes whenever the object is updated.",
        "This property is regenerated after each change.",
        "DateTime the object was last modified.",
        "Last time the policy was modified.",
        "The time the contact was modified.",
        "Calculated from givenName and surname.",
        "Set by the server.",
    ],
)
def test_a_description_says_that_the_server_sets_a_property_at_each_change(text: str) -> None:
    assert maintained(text)
    assert not overwritten(text)


@pytest.mark.parametrize(
    "text",
    [
        "The version of the application.",
        "Can be changed at any time.",
        "When the user last signed in.",
        "Whether updates are sent when the event is changed.",
        "Indicates whether the app is automatically updated.",
        "The date and time when the meeting starts.",
    ],
)
def test_a_description_that_only_mentions_changes_says_nothing(text: str) -> None:
    assert not maintained(text)
    assert not overwritten(text)


def test_a_property_that_later_updates_overwrite_may_still_be_set() -> None:
    text = "Later updates to other properties may cause an automatically generated value to overwrite the displayName."
    assert overwritten(text)
    assert not maintained(text)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("A number from 1 to 12.", {"minimum": 1, "maximum": 12}),
        ("Valid values 0 to 4294967295", {"minimum": 0, "maximum": 4294967295}),
        ("Priority, 0 (lowest) to 9.", {"minimum": 0, "maximum": 9}),
        ("Between 1 and 1,000.", {"minimum": 1, "maximum": 1000}),
        ("Must be greater than 0.", {"minimum": 1}),
        ("At most 100 seats.", {"maximum": 100}),
        ("A positive integer.", {"minimum": 1}),
        ("Possible values are: 15, 30, and 60.", {"enum": [15, 30, 60]}),
        ("Since January 1, 2014, as in 2014-01-01.", {}),
        ("As RFC 3550 says, in version 1.2.", {}),
        ("How many there are.", {}),
    ],
)
def test_the_bounds_of_numbers_are_read(text: str, bounds: dict[str, Any]) -> None:
    assert limits("integer", text) == bounds


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("The name. Up to 64 characters.", {"maxLength": 64}),
        ("Maximum length is 255 characters.", {"maxLength": 255}),
        ("No more than 10 characters.", {"maxLength": 10}),
        ("3 to 24 characters long.", {"minLength": 3, "maxLength": 24}),
        ("64 characters or less.", {"maxLength": 64}),
        ("Must be 8 characters.", {"minLength": 8, "maxLength": 8}),
        ("Possible values are: low, normal, high.", {"enum": ["low", "normal", "high"]}),
        ("Possible values: `red`, `green` or `blue`.", {"enum": ["red", "green", "blue"]}),
        ("One of: open, closed.", {"enum": ["open", "closed"]}),
        ("Must be one of the supported languages of the service.", {}),
        ("The name of the room, in 2 words.", {}),
    ],
)
def test_the_bounds_of_texts_are_read(text: str, bounds: dict[str, Any]) -> None:
    assert limits("string", text) == bounds


def test_the_number_of_items_is_read() -> None:
    assert limits("array", "This collection can contain a maximum of 500 elements.") == {"maxItems": 500}


@pytest.mark.parametrize(
    ("text", "unique"),
    [
        ("A list of unique tags.", True),
        ("Must not contain duplicates.", True),
        ("The email addresses. Duplicate values are ignored.", True),
        ("Tags; duplicates are removed.", True),
        ("The tags of the contact.", False),
        ("Tags, in order; a tag may stand there more than once.", False),
    ],
)
def test_a_description_says_whether_the_items_of_a_collection_are_unique(text: str, unique: bool) -> None:
    assert ("uniqueItems" in limits("array", text)) is unique
