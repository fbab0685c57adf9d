"""Likely causes: where one requirement fails, which others are likely to fail because of it.

A cause is only likely. It is named where the requirement that shows it fails, and another failure is put down to it
where it is declared here and where all that it shows (`signs`) fits the cause. Reports group failures by it; verdicts
and what gates stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_contracts.requirements.signs import Sign

SHOWN = (Sign.ANSWER, Sign.READ)
FROM_VALUES = ("value.*", "merge.*", "json.grammar", "json.duplicatekeys", "json.encoding", "req.*", "idempotent")
"""Requirements that are judged by a value that was sent and accepted."""
REFUSALS = ("json.*", "value.*", "req.ct.*", "req.unknownproperty", "req.emptybody", "req.contentlength", "route.*")
"""Requirements with requests that are wrong, or odd."""


@dataclass(frozen=True)
class Cause:
    """What is likely wrong with a server where a requirement fails, and which failures are likely to follow from it."""

    shown_by: str
    """The requirement that shows it, without the kind of operation."""
    says: str
    """What is likely wrong with the server, as a sentence."""
    by: tuple[Sign, ...]
    """What that requirement's failure shows then."""
    follows: tuple[str, ...]
    """Requirements that are likely to fail because of it, without the kind of operation; `*` stands for any text."""
    signs: tuple[Sign, ...]
    """All that such a failure may show."""
    same_property: bool = False
    """Whether only a failure at properties follows at which that requirement fails, too."""


CAUSES = (
    Cause(
        "status.noerror200",
        "Errors are answered with a status of success.",
        by=(Sign.ERROR_AS_SUCCESS,),
        follows=("auth.*", "authz.*", "method.*", "resp.object", "cond.*", *REFUSALS),
        signs=(Sign.ERROR_AS_SUCCESS,),
    ),
    Cause(
        "error.no5xx",
        "The server fails with a 5xx on requests that it should refuse.",
        by=(Sign.SERVER_ERROR,),
        follows=("method.*", "sec.injection", "cond.*", *REFUSALS),
        signs=(Sign.SERVER_ERROR,),
    ),
    Cause(
        "auth.required",
        "Credentials are not checked.",
        by=(Sign.SUCCESS,),
        follows=("auth.invalid", "auth.wrongscheme", "auth.status", "authz.*"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "auth.notapplied",
        "Requests are carried out before it is known whether they are allowed.",
        by=(Sign.REFUSED,),
        follows=("auth.required", "auth.invalid", "auth.wrongscheme", "authz.*"),
        signs=(Sign.REFUSED,),
    ),
    Cause(
        "auth.invalid",
        "Credentials are not checked, beyond whether there are any.",
        by=(Sign.SUCCESS,),
        follows=("auth.wrongscheme", "auth.status", "authz.*"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "route.unknownid.status",
        "Requests for ids that don't exist are answered with success.",
        by=(Sign.SUCCESS,),
        follows=("route.unknownid.phantom", "route.malformedid", "route.exactid"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "resp.object",
        "The body of an answer is something other than the object itself.",
        by=(Sign.SUCCESS,),
        follows=("body.*", "type.*", "resp.framing", "persist.sameasread", *FROM_VALUES),
        signs=(Sign.ANSWER,),
    ),
    Cause(
        "body.names",
        "Members have other names than the documented ones.",
        by=(Sign.ANSWER,),
        follows=("body.allproperties", "body.id", "type.*", "persist.*", "resp.framing", *FROM_VALUES),
        signs=SHOWN,
        same_property=True,
    ),
    *(
        Cause(
            f"type.{name}",
            "A value is shown in another form than the documented one.",
            by=(Sign.ANSWER,),
            follows=("body.allproperties", "persist.*", *FROM_VALUES),
            signs=SHOWN,
            same_property=True,
        )
        for name in ("string", "int32", "datetimeoffset", "complex", "collection")
    ),
    Cause(
        "persist.read",
        "What an accepted request said is not what later requests show.",
        by=(Sign.READ,),
        follows=(
            "value.reflects",
            "persist.sameasread",
            "body.allproperties",
            "conc.disjoint",
            "conc.same",
            "route.directoryprovisioning",
            "route.alias.sameobject",
            *FROM_VALUES,
        ),
        signs=SHOWN,
        same_property=True,
    ),
    Cause(
        "value.reflects",
        "The answer shows other values than those that were sent.",
        by=SHOWN,
        follows=("body.allproperties", "persist.sameasread", "resp.framing", *FROM_VALUES),
        signs=SHOWN,
        same_property=True,
    ),
    Cause(
        "body.id",
        "An object has no id of its own.",
        by=(Sign.SUCCESS,),
        follows=("isolation.objects", "isolation.others", "conc.disjoint", "req.id.mismatch"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "isolation.objects",
        "A request also changes other objects than its own.",
        by=(Sign.SUCCESS,),
        follows=("isolation.others", "merge.*", "conc.disjoint", "persist.once", "req.id.mismatch", "route.variants"),
        signs=(Sign.SUCCESS, *SHOWN),
    ),
    Cause(
        "merge.siblings",
        "An update also touches properties that it does not name.",
        by=SHOWN,
        follows=("merge.nested", "conc.disjoint", "req.emptybody", "route.queryoptions"),
        signs=SHOWN,
        same_property=True,
    ),
    Cause(
        "idempotent",
        "A list comes otherwise each time that it is asked for.",
        by=(Sign.SUCCESS,),
        follows=("paging.complete", "options.*", "status.empty"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "route.nextlink",
        "The links of a list don't lead to all of its pages.",
        by=(Sign.SUCCESS, Sign.SERVER_ERROR, Sign.REFUSED, Sign.OTHER),
        follows=("paging.complete", "options.*", "body.allproperties", "persist.update"),
        signs=(Sign.SUCCESS, *SHOWN),
    ),
    Cause(
        "paging.complete",
        "Objects are lost between the pages of a list.",
        by=(Sign.SUCCESS,),
        follows=("options.*", "body.allproperties"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "value.wrongtype",
        "Values are accepted without a look at their type.",
        by=(Sign.SUCCESS,),
        follows=("value.int32.range", "value.dto.invalid", "value.enum.invalid", "value.null.nonnullable"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "json.malformed",
        "Bodies that can't be read are answered with success.",
        by=(Sign.SUCCESS,),
        follows=("json.lenient", "json.nonobject", "json.encoding", "req.ct.*", "req.contentlength"),
        signs=(Sign.SUCCESS,),
    ),
    Cause(
        "cond.stale",
        "Conditions of requests (If-Match, If-None-Match) are ignored.",
        by=(Sign.SUCCESS,),
        follows=("cond.notag", "cond.nonestar"),
        signs=(Sign.SUCCESS,),
    ),
)
"""The most fundamental first: a failure that fits several causes is put down to the first."""


def causes_of(requirement: str) -> Sequence[Cause]:
    """The causes that a requirement shows where it fails."""
    name = requirement.partition(".")[2]
    return [cause for cause in CAUSES if cause.shown_by == name]
