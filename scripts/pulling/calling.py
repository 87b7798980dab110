"""Calls to an API: retries, whole answers, and one line about what cannot be mended by waiting."""

import os
from urllib.parse import urlsplit

from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers import requests
from dlt.sources.helpers.requests.retry import wait_exponential_retry_after
from dlt.sources.helpers.rest_client import RESTClient
from landing import exact_json
from landing.refusal import Refusal
from requests import ConnectionError, HTTPError, RequestException, Response, Session, Timeout
from requests.exceptions import SSLError
from tenacity import RetryCallState
from tenacity.wait import wait_random

from pulling.endpoints import Vendor
from pulling.keys import Keys

SAID = 200


class TornAnswer(ConnectionError):
    """An answer that says 200 and is not whole JSON; it is asked for again like a lost one."""


def make_client(vendor: Vendor, keys: Keys, base_url: str) -> RESTClient:
    """dlt's REST client with its retries (429 with Retry-After, 5xx, timeouts, lost connections).

    How often and how long is dlt's configuration: RUNTIME__REQUEST_MAX_ATTEMPTS,
    RUNTIME__REQUEST_BACKOFF_FACTOR, RUNTIME__REQUEST_MAX_RETRY_DELAY, RUNTIME__REQUEST_TIMEOUT.
    """
    return RESTClient(
        base_url=base_url,
        headers=dict(vendor.headers),
        auth=keys.auth(vendor),
        session=_session(vendor.name),
    )


def _session(name: str) -> Session:
    settings = resolve_configuration(RuntimeConfiguration())
    factor, longest = settings.request_backoff_factor, settings.request_max_retry_delay
    session = requests.Client(
        raise_for_status=False,
        request_timeout=settings.request_timeout,
        request_max_attempts=settings.request_max_attempts,
    ).session

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        delay = state.next_action.sleep if state.next_action else 0
        print(f"{name}: {_reason(error)}, asking again in {delay:.0f} s", flush=True)

    # dlt's own waits have no jitter: clients that were stopped together would come back together
    wait = wait_exponential_retry_after(multiplier=factor, max=longest) + wait_random(0, factor)
    session.send = session.send.retry_with(wait=wait, before_sleep=say)  # type: ignore
    return session


def refuse_answer(response: Response, *_: object, **__: object) -> None:
    """Response hook: raise what dlt's retries know for every answer that is no whole JSON page."""
    if response.status_code != 200:
        # the body is left out: it may show the key
        raise HTTPError(str(response.status_code), response=response)
    try:
        exact_json.DECODER.decode(response.content.decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        raise TornAnswer("is no whole JSON") from None


def refusal(vendor: Vendor, keys: Keys, path: str, error: RequestException) -> Refusal:
    """What a call that failed for good means, in one line without the key."""
    status = error.response.status_code if isinstance(error, HTTPError) else None
    where = f"{vendor.name}: /{path}"
    variables = " and ".join(vendor.key_variables)
    if status == 401:
        return Refusal(
            f"{where}: the key in {variables} is not accepted (401): {vendor.permission}"
        )
    if status == 403:
        return Refusal(
            f"{where}: the key in {variables} may not read it (403): {vendor.permission}"
        )
    if status == 429 or status is None or status >= 500:
        return Refusal(
            f"{where}: {_reason(error)}, again and again: try later; what was landed before stays, "
            "and the next run goes on from there"
        )
    if 300 <= status < 400:
        return Refusal(f"{where}: leads to another address ({status}): correct the base URL")
    said = _said(error.response, keys)
    return Refusal(f"{where}: the API refuses the request ({status}){said}")


def _reason(error: BaseException | None) -> str:
    if isinstance(error, HTTPError):
        status = error.response.status_code
        return "too many requests (429)" if status == 429 else f"the API fails ({status})"
    if isinstance(error, TornAnswer):
        return "an answer was cut short or is no JSON"
    if isinstance(error, SSLError):
        return "the certificate is not trusted (see REQUESTS_CA_BUNDLE)"
    if isinstance(error, Timeout):
        return "no answer in time"
    return "the connection was lost or cannot be made"


def _said(response: Response, keys: Keys) -> str:
    """The vendor's own words, left out where they might show part of the key."""
    try:
        error = response.json().get("error")
        message = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        return ""
    if not isinstance(message, str) or keys.may_show_in(message):
        return ""
    return f": {message[:SAID]}"


def checked_base_url(vendor: Vendor, given: str | None) -> str:
    """Where to call: as given, from the environment, or the vendor's own; never in plain text."""
    told = [os.environ.get(name) for name in vendor.base_url_variables]
    url = next(filter(None, [given, *told, vendor.base_url]))
    parts = urlsplit(url)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.username or parts.scheme not in ("https", "http"):
        raise Refusal(f"{vendor.name}: the base URL is not one such as {vendor.base_url}")
    if parts.scheme == "http" and not is_local:
        raise Refusal(f"{vendor.name}: {url}: the key would go in plain text: use https")
    return url.rstrip("/")
