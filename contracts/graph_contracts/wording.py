"""What English descriptions say of a property: who sets it, and which values it may have; and what examples only
hint at.

Only wordings that can hardly mean anything else are taken. What they say chooses which values are sent and which
properties are watched; no answer is judged by it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from graph_contracts.json_types import JsonObject


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern for texts in either letter case; it is compiled when something is first looked for with it."""
    return re.compile(pattern, re.IGNORECASE)


# -- what an example shows --------------------------------------------------------------------------------------------

STANDS_FOR_A_VALUE = (
    r"string(?: \([^()]*\))?|.*\bvalue|[<{\[(].*[>}\])]|\.{2,}|…|x{3,}|@odata\.type:.*|\w+(?: ?\| ?\w+)+"
)


def stands_for_a_value(text: str) -> bool:
    """Whether a text in an example only says what belongs in its place, as `String` and `Display Name value` do."""
    return _compiled(STANDS_FOR_A_VALUE).fullmatch(text) is not None


# -- who sets it ------------------------------------------------------------------------------------------------------

_CHANGE = r"(?:chang|updat|modif|writ|sav|edit)\w*"
_MOVES = (
    r"(?:changes?|changed|updated?|updates|incremented|increments|increases|increased|regenerated|renewed|replaced)"
)
_EVERY = r"(?:every|each|any)"
MAINTAINED = (
    rf"\b{_EVERY} time\b[^.]{{0,80}}\b{_CHANGE}[^.]{{0,60}}\b{_MOVES}\b"
    rf"|\b{_MOVES}\b[^.]{{0,30}}\b(?:with|on|at|after|by|upon|for|in) {_EVERY} (?:\w+ )?{_CHANGE}"
    rf"|\b{_MOVES}\b[^.]{{0,30}}\b(?:whenever|when|{_EVERY} time)\b[^.]{{0,60}}"
    rf"\b(?:is|was|are|has been)\b[^.]{{0,10}}{_CHANGE}"
    r"|\b(?:last|most recently) (?:\w+ )?(?:modified|updated|changed|edited)\b"
    r"|\blast (?:modification|update|change|edit)\b"
    r"|\b(?:time|date)\b[^.]{0,40}\b(?:was|were) (?:last )?(?:modified|updated|changed|edited)\b"
    r"|\b(?:computed|calculated|derived) (?:automatically )?(?:from|by)\b"
    r"|\bautomatically (?:computed|calculated|derived|incremented)\b"
    r"|\b(?:set|maintained|managed|populated|assigned|updated) (?:automatically )?by the (?:server|service|system)\b"
)
HINTS = (
    *("every ", "each ", "any ", "last ", "recently ", "when", "time ", "date "),
    *("computed", "calculated", "derived", "incremented", "by the s"),
)
"""One of these stands in every text that the pattern fits; looking for them is faster."""
OVERWRITTEN = (
    r"\b(?:automatically|later|subsequent|other)\b[^.]{0,120}\boverw\w+"
    r"|\boverw(?:rit|rote)\w*[^.]{0,80}\b(?:automatically|generated|computed|calculated)\b"
)
SWITCH = r"\W*(?:(?:Indicates|Specifies|Determines|Shows|Tells) )?(?:whether|if|true|`true`)\b"
"""How the description of a switch begins, which mentions changes of something else."""
VERSIONS = frozenset({"changekey", "etag", "ctag"})
"""Names that Graph gives to nothing but the versions of objects, in lower case."""


def maintained(text: str) -> bool:
    """Whether the server gives a property its value at each change, so that nobody else need send one."""
    lower = text.lower()
    if not any(hint in lower for hint in HINTS):
        return False
    return (
        not _compiled(SWITCH).match(text) and not overwritten(text) and _compiled(MAINTAINED).search(text) is not None
    )


def overwritten(text: str) -> bool:
    """Whether a property may be set, and the server may set it anew when others change."""
    return "overw" in text and _compiled(OVERWRITTEN).search(text) is not None


# -- what an action does ----------------------------------------------------------------------------------------------

_SUBJECT = r"^\s*(?:This (?:action|method|operation) )?"
SETS = rf"{_SUBJECT}(?:updates?|sets?|changes?|modif(?:y|ies)|edits?|renames?)\b"
REMOVES = rf"{_SUBJECT}(?:removes?|deletes?)\b"
CREATES = rf"{_SUBJECT}(?:creates?|adds?|makes?)\b"
ELSEWHERE = r"dest|target|folder|parent|container|location|drive|path|move|another"


def does(pattern: str, *texts: str) -> bool:
    """Whether one of some descriptions begins with a verb, as the three above have them."""
    return any(_compiled(pattern).match(text) for text in texts)


def names_another_place(*texts: str) -> bool:
    """Whether descriptions or names of parameters speak of a place that is not what an action is called on."""
    return any(_compiled(ELSEWHERE).search(text) for text in texts)


# -- which values it may have -----------------------------------------------------------------------------------------

_MARKED = r"`+[^`\n]+`+|\*{1,2}[\w.]+\*{1,2}|['\"‘“][\w.@-]+['\"’”]"
MARKED_WORD = r"(?:`\w+`|\*{1,2}\w+\*{1,2})"
"""A word that is marked as code or bold."""
MARKED_LIST = (
    rf"((?:(?:\d+\s*[-:=]\s*)?(?:{_MARKED})[\s,;|/]*(?:\((?:[^()]|\([^()]*\))*\)[\s,;]*)?(?:(?:and|or)\s+)?)+)"
)
PLAIN_LIST = r"((?:[A-Za-z]\w*\s*[,|/]\s*)+(?:[A-Za-z]\w*\s+(?=and|or))?(?:(?:and|or)\s+)?[A-Za-z]\w*)\s*(?:[.;)]|$)"
GAP = r"[^`*.]{0,40}?"
MEMBERS = (
    rf"\b(?:(?:possible|valid|allowed|supported|permitted|accepted) (?:values?|options?)\b"
    rf"{GAP}(?:\b(?:are|is|include)\b|:){GAP}|one of\b:?{GAP}|either\b{GAP})"
    rf"(?:{MARKED_LIST}|(?:(?<=: )|(?<=are )|(?<=is )|(?<=lude )|(?<=of )|(?<=ther )){PLAIN_LIST})"
)
_NUMBER = r"(-?\d+(?:,\d{3})*(?:\.\d+)?)"
_ENDS = r"(?![\w.,-]*\d)"
RANGE = rf"(?<![\w.-]){_NUMBER}\s*%?(?:\s*\([^()]*\))?\s*(?:to|and|through|–|—|-|…|\.\.\.?)\s*{_NUMBER}{_ENDS}"
_AT_LEAST = r"(?:at least|no less than|not less than|minimum(?: value| length)?(?: is| of|:)?|greater than or equal to)"
_AT_MOST = (
    r"(?:at most|up to|no more than|not more than|not exceed|max(?:imum|\.)?(?: value| length)?(?: is| of|:)?"
    r"|limited to|less than or equal to|no longer than|not be longer than)"
)
LEAST = rf"\b{_AT_LEAST} {_NUMBER}{_ENDS}"
MOST = rf"\b{_AT_MOST} {_NUMBER}{_ENDS}"
ABOVE = rf"(?<!no )(?<!not )\b(?:greater|more|larger|higher) than {_NUMBER}{_ENDS}"
BELOW = rf"(?<!no )(?<!not )\b(?:less|fewer|smaller|lower) than {_NUMBER}{_ENDS}"
OR_LESS = rf"\b{_NUMBER} (?:char\w*|letters|items|elements|entries)?\s*(?:or (?:less|fewer)|max)"
EXACTLY = rf"\b(?:exactly|must be|always) {_NUMBER} (?:char|letters|digits)"
NUMBERS = (
    r"\b(?:possible|valid|allowed|supported) values?\b[^.\d]{0,20}"
    r"((?:`?-?\d+(?:\.\d+)?`?\s*(?:,|and|or)\s*)+(?:(?:and|or)\s+)?`?-?\d+(?:\.\d+)?`?)(?!\w)"
)
LENGTHS = r"\b(?:characters?|chars|letters|long|length)\b"
COUNTS = r"\b(?:items|elements|entries|values|members)\b"
UNIQUE = (
    r"\b(?:unique|distinct|deduplicated|(?:no|not|without|never)\b[^.;]{0,30}\bduplicates?"
    r"|duplicates?\b[^.;]{0,30}\b(?:ignored|removed|dropped|merged|rejected|not|once))\b"
)
"""What says that a collection holds no two equal items."""
_SENTENCES = re.compile(r"(?<=[.;])\s+|\n")


class Words(NamedTuple):
    """In which words a schema bounds values of a kind."""

    least: str
    most: str


OF_NUMBERS = Words("minimum", "maximum")
OF_TEXTS = Words("minLength", "maxLength")
OF_ITEMS = Words("minItems", "maxItems")


def listed(found: re.Match[str] | None) -> tuple[str, ...]:
    """The words of a list that a pattern found."""
    if not found:
        return ()
    if found[1]:
        return tuple(dict.fromkeys(word.strip("`*‘’“”'\" ") for word in re.findall(_MARKED, found[1])))
    plain = re.sub(r",?\s+(?:and|or)\s+", ",", found[found.lastindex or 0])
    return tuple(dict.fromkeys(re.findall(r"[A-Za-z]\w*", plain)))


def members(text: str) -> tuple[str, ...]:
    """The texts that a property may have, where the description lists them."""
    return tuple(each for each in listed(_compiled(MEMBERS).search(text)) if each != "null")


@lru_cache(maxsize=1 << 14)
def limits(word: str, text: str) -> JsonObject:
    """The bounds of a value, in JSON Schema; `word` is its type there."""
    match word:
        case "integer" | "number" if any(map(str.isdecimal, text)) or "itive" in text or "egative" in text:
            return _of_number(text)
        case "string":
            choices = members(text)
            return {"enum": list(choices)} if choices else _of_sentences(text, LENGTHS, OF_TEXTS)
        case "array":
            unique = {"uniqueItems": True} if _compiled(UNIQUE).search(text) else {}
            return {**_of_sentences(text, COUNTS, OF_ITEMS), **unique}
    return {}


def _of_number(text: str) -> JsonObject:
    choices = _compiled(NUMBERS).search(text)
    if choices:
        return {"enum": [_number(each) for each in re.findall(r"-?\d+(?:\.\d+)?", choices[1])]}
    found: JsonObject = {}
    for sentence in _SENTENCES.split(text):
        if not _compiled(LENGTHS).search(sentence):
            found = {**_bounds(sentence, OF_NUMBERS), **found}
    if not found and re.search(r"\bnon-?negative\b", text, re.IGNORECASE):
        return {"minimum": 0}
    if not found and re.search(r"\bpositive (?:integer|number|whole)", text, re.IGNORECASE):
        return {"minimum": 1}
    return found


def _of_sentences(text: str, about: str, words: Words) -> JsonObject:
    """The bounds in the sentences that are about something, the first that are given."""
    found: JsonObject = {}
    for sentence in _SENTENCES.split(text):
        if _compiled(about).search(sentence):
            found = {**_bounds(sentence, words), **found}
    return {word: value for word, value in found.items() if isinstance(value, int) and value >= 0}


def _bounds(sentence: str, words: Words) -> JsonObject:
    sentence = sentence.replace("`", "")
    between = _compiled(RANGE).search(sentence)
    if between and _number(between[1]) < _number(between[2]):
        return {words.least: _number(between[1]), words.most: _number(between[2])}
    if exact := _compiled(EXACTLY).search(sentence):
        return {words.least: _number(exact[1]), words.most: _number(exact[1])}
    found: JsonObject = {}
    for pattern, word, more in (
        (LEAST, words.least, 0),
        (MOST, words.most, 0),
        (OR_LESS, words.most, 0),
        (ABOVE, words.least, 1),
        (BELOW, words.most, -1),
    ):
        if said := _compiled(pattern).search(sentence):
            found.setdefault(word, _number(said[1]) + more)
    return found


def _number(text: str) -> int | float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)
