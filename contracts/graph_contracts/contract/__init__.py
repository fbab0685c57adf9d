"""From an OpenAPI document to a `Contract`: all that a case may know of an API."""

from graph_contracts.contract.action_effects import ActionEffects, action_effects
from graph_contracts.contract.bound_path import Relation
from graph_contracts.contract.collection_shape import CollectionShape
from graph_contracts.contract.contract import Contract
from graph_contracts.contract.conventions import Convention, Conventions
from graph_contracts.contract.object_path import PARAMETER, ObjectPath, blank
from graph_contracts.contract.operation import Example, Operation, Permission
from graph_contracts.contract.operation_kind import (
    FIVE,
    ON_OBJECTS,
    SAFE,
    OperationKind,
    is_about_octets,
    may_be,
    operation_kind,
)
from graph_contracts.contract.value_type import Property, Type, TypeKind

__all__ = [
    "FIVE",
    "ON_OBJECTS",
    "PARAMETER",
    "SAFE",
    "ActionEffects",
    "CollectionShape",
    "Contract",
    "Convention",
    "Conventions",
    "Example",
    "ObjectPath",
    "Operation",
    "OperationKind",
    "Permission",
    "Property",
    "Relation",
    "Type",
    "TypeKind",
    "action_effects",
    "blank",
    "is_about_octets",
    "may_be",
    "operation_kind",
]
