"""`--rate` spaces requests over all threads."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from graph_contracts.http.rate import Rate


def test_no_more_requests_than_asked_for_are_let_through() -> None:
    rate = Rate(50)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: rate.wait(10), range(11)))
    assert time.monotonic() - began >= 0.2


def test_without_a_rate_nothing_waits_and_no_wait_outlasts_the_time_that_is_left() -> None:
    began = time.monotonic()
    for rate in (Rate(None), Rate(0.001)):
        rate.wait(0.01)
        rate.wait(0.01)
    assert time.monotonic() - began < 100
