"""What a redirect leads to: a final slash or https on the same host is learned, and nothing else."""

from __future__ import annotations

import pytest

from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.redirects import Move, Redirects, moved

HTTP, HTTPS = "http://h.example/v1", "https://h.example/v1"


def redirected(url: str, location: str, status: int = 308, method: str = "GET") -> Exchange:
    return Exchange(0, Request(method, url), Response(status, (("Location", location),)))


@pytest.mark.parametrize(
    ("url", "location", "move"),
    [
        (f"{HTTP}/things", "/v1/things/", Move(slash=True)),
        (f"{HTTP}/things/", "/v1/things", Move(slash=False)),
        (f"{HTTP}/things", f"{HTTP}/things/", Move(slash=True)),
        (f"{HTTP}/things", "http://H.EXAMPLE:80/v1/things/", Move(slash=True)),
        (f"{HTTP}/things?a=b", "/v1/things/?a=b", Move(slash=True)),
        (f"{HTTP}/things/a%2Db", "/v1/things/a-b/", Move(slash=True)),
        (f"{HTTP}/things", f"{HTTPS}/things", Move(https=443)),
        (f"{HTTP}/things", "https://h.example:443/v1/things/", Move(slash=True, https=443)),
        ("http://h.example:8080/things", "https://h.example:8080/things", Move(https=8080)),
    ],
)
def test_a_slash_and_https_on_the_same_host_are_followed(url: str, location: str, move: Move) -> None:
    assert moved(redirected(url, location)) == move


@pytest.mark.parametrize(
    ("url", "location"),
    [
        (f"{HTTPS}/things", f"{HTTP}/things"),  # a plainer scheme
        (f"{HTTPS}/things", f"{HTTP}/things/"),
        (f"{HTTP}/things", "http://other.example/v1/things/"),
        (f"{HTTP}/things", "https://other.example/v1/things"),
        (f"{HTTP}/things", "//other.example/v1/things/"),
        (f"{HTTP}/things", "http://h.example.evil.example/v1/things/"),
        (f"{HTTP}/things", "http://h.example@evil.example/v1/things/"),
        (f"{HTTP}/things", "http://user:pw@h.example/v1/things/"),
        (f"{HTTP}/things", "http://h.example:8080/v1/things/"),  # another port is another origin
        (f"{HTTP}/things", "https://h.example:8443/v1/things"),
        ("http://h.example:8080/things", "https://h.example/things"),
        (f"{HTTP}/things", "/v2/things"),
        (f"{HTTP}/things", "/login"),
        (f"{HTTP}/things", "/v1/things//"),
        (f"{HTTP}/things/", "/v1/things//"),
        (f"{HTTP}/things?a=b", "/v1/things/"),
        (f"{HTTP}/things", f"{HTTP}/things"),
        (f"{HTTP}/things", "http://[x/"),
        (f"{HTTP}/things", "http://h.example:many/"),
        (f"{HTTP}/things", ""),
    ],
)
def test_nothing_else_is_followed(url: str, location: str) -> None:
    assert moved(redirected(url, location)) is None


def learner() -> Redirects:
    return Redirects(lambda: ["/things", "/things/{id}", "/things/{id}/parts"], learning=True)


@pytest.mark.parametrize(
    ("status", "method", "follows"),
    [
        *((status, "GET", True) for status in (301, 302, 307, 308)),
        *((status, "PATCH", status > 302) for status in (301, 302, 307, 308)),
        (303, "GET", False),
        (200, "GET", False),
    ],
)
def test_301_and_302_are_followed_for_get_alone(status: int, method: str, follows: bool) -> None:
    exchange = redirected(f"{HTTP}/things", "/v1/things/", status, method)
    assert (learner().move(exchange, HTTP) is not None) == follows


def test_what_is_learned_holds_for_a_template_and_every_method() -> None:
    redirects = learner()
    exchange = redirected(f"{HTTP}/things/a", "/v1/things/a/")
    move = redirects.move(exchange, HTTP)
    assert move is not None
    assert redirects.take(exchange, HTTP, move)
    paths = ["/things", "/things/b", "/things/b/", "/things/b?x=/y", "/things/b/parts", "/things/b//"]
    moved_to = ["/things", "/things/b/", "/things/b/", "/things/b/?x=/y", "/things/b/parts", "/things/b//"]
    assert [redirects.path(path) for path in paths] == moved_to
    assert redirects.notes == [
        "/things/{id} is redirected (308): the run sends requests for it to paths that end in a slash"
    ]


def test_nothing_is_learned_of_a_path_that_the_document_lacks_or_once_cases_run() -> None:
    redirects = learner()
    assert redirects.move(redirected(f"{HTTP}/others", "/v1/others/"), HTTP) is None
    redirects.learning = False
    assert redirects.move(redirected(f"{HTTP}/things", "/v1/things/"), HTTP) is None


def test_a_circle_is_not_followed() -> None:
    redirects = learner()
    there, back = redirected(f"{HTTP}/things", "/v1/things/"), redirected(f"{HTTP}/things/", "/v1/things")
    assert redirects.take(there, HTTP, Move(slash=True))
    assert not redirects.take(back, HTTP, Move(slash=False))
    assert redirects.path("/things") == "/things"
    assert "circle" in redirects.notes[-1]
