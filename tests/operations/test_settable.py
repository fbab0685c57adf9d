"""What a client may set in a nested value, and where single values are sent to."""

from __future__ import annotations

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.operations.sample_values import Values, settable

STRING = Type(TypeKind.STRING)


def complex_type(**members: Type | Property) -> Type:
    found = {name: each if isinstance(each, Property) else Property(name, each) for name, each in members.items()}
    return Type(TypeKind.COMPLEX, properties=found)


KEPT = Property("seen", STRING, read_only=True)
LABEL = complex_type(seen=KEPT, name=STRING)


def test_what_only_the_server_writes_is_not_sent_however_deep_it_lies() -> None:
    outer = complex_type(label=LABEL, labels=Type(TypeKind.COLLECTION, item=LABEL), seen=KEPT)
    made = Values(1).make(outer, "outer", 1)
    assert set(made) == {"label", "labels"}
    assert [set(each) for each in (made["label"], *made["labels"])] == [{"name"}, {"name"}]


def test_a_value_in_which_nothing_can_be_set_is_left_out() -> None:
    outer = complex_type(name=STRING, sealed=complex_type(seen=KEPT), empty=complex_type())
    assert [member.name for member in settable(outer)] == ["name"]
    assert set(Values(1).make(outer, "outer", 1)) == {"name"}
