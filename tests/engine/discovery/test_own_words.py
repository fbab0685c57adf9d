"""What a server says of a refusal can be read whatever it sends."""

from __future__ import annotations

import time

import pytest

from graph_contracts.engine.discovery.own_words import is_page, leads_elsewhere, own_words, redirect_hint
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.redact import Redactor
from graph_contracts.http.replay import learnable

BASE = "http://localhost/api"
NO_URLS = ("http://[x", "https://[login]/", "//[")


def answered(
    status: int, body: bytes = b"", media: str = "text/html", location: str = "", method: str = "GET"
) -> Exchange:
    headers = (("Content-Type", media), *([("Location", location)] if location else []))
    return Exchange(0, Request(method, f"{BASE}/things"), Response(status, headers, body))


@pytest.mark.parametrize("location", NO_URLS)
def test_a_location_that_is_no_url_leads_nowhere(location: str) -> None:
    exchange = answered(302, location=location)
    assert not leads_elsewhere(exchange)
    assert "can't be told" in redirect_hint(exchange, BASE)
    assert own_words(exchange).endswith(f"Location: {location}")
    assert not [*learnable(answered(201, b"[]", "application/json", location, "POST"))]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<html><head><title>\n Sign&nbsp;in </title></head><body>Hello</body>", "Sign in"),
        ("<TITLE lang=en>Sign in</TITLE>", "Sign in"),
        ("<title></title><p>Please <b>sign</b> in", "Please sign in"),
        ("Just words", "Just words"),
        ("<script>if (a < b) { document.write('<p>no</p>') }</script><style>p > a {}</style><p>Yes", "Yes"),
        ("2 < 3 <br>and 5 > 4", "2 < 3 and 5 > 4"),
    ],
)
def test_a_page_says_its_title_or_its_first_words(page: str, words: str) -> None:
    exchange = answered(200, page.encode())
    assert is_page(exchange)
    assert own_words(exchange) == f"a page, “{words}”"


@pytest.mark.parametrize("piece", ["<", "<script", "<title>", "<!--", "<style><title>", "<p"])
def test_a_page_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    """Twice the length takes no four times the time of the processor; the least of three counts."""

    def seconds(count: int) -> float:
        exchange = answered(403, piece.encode() * count)
        took = []
        for _ in range(3):
            began = time.process_time()
            own_words(exchange)
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(8000) < max(0.1, 8 * seconds(1000) * 4)


@pytest.mark.parametrize("media", ["text/html", "text/plain"])
def test_no_part_of_a_secret_is_left_where_words_are_cut(media: str) -> None:
    secret = "Zq8xW3vK7pLm2nRt9yBd"
    redactor = Redactor([secret])
    for start in range(150, 215):
        said = redactor.text(own_words(answered(401, f"{'no ' * 80}"[:start].encode() + b" " + secret.encode(), media)))
        assert not any(secret[at : at + 4] in said for at in range(len(secret) - 3)), said
