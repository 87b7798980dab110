"""Keys: from the environment to the request's header, and nowhere else."""

import base64
import os
from dataclasses import dataclass, field

from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    AuthConfigBase,
    BearerTokenAuth,
    HttpBasicAuth,
)
from landing.refusal import Refusal

from pulling.endpoints import Vendor

# a vendor's message may show the start or the end of a key
SHOWN_PART = 8


@dataclass(frozen=True)
class Keys:
    """The secrets of one vendor; their repr does not show them."""

    values: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, vendor: Vendor) -> "Keys":
        """The keys in the environment; a refusal that names the variable that is missing."""
        missing = [name for name in vendor.key_variables if not os.environ.get(name, "").strip()]
        if missing:
            raise Refusal(f"{vendor.name}: {' and '.join(missing)} is not set: {vendor.permission}")
        values = tuple(os.environ[name].strip() for name in vendor.key_variables)
        for name, value in zip(vendor.key_variables, values, strict=True):
            if not value.isascii() or not value.isprintable() or " " in value:
                raise Refusal(
                    f"{vendor.name}: {name} holds characters that no key has: set it anew"
                )
        return cls(values)

    def auth(self, vendor: Vendor) -> AuthConfigBase:
        """How a request shows the key.

        Always as dlt's auth object: without one, `requests` would send what a .netrc names.
        """
        if vendor.auth == "bearer":
            return BearerTokenAuth(token=self.values[0])
        if vendor.auth == "basic":
            return HttpBasicAuth(username=self.values[0], password=self.values[1])
        return APIKeyAuth(name=vendor.auth, api_key=self.values[0], location="header")

    def are_in(self, content: bytes) -> bool:
        """Does an answer hold a key? It must not be written to disk then."""
        pair = base64.b64encode(":".join(self.values).encode())
        return any(secret in content for secret in (*(v.encode() for v in self.values), pair))

    def may_show_in(self, text: str) -> bool:
        """Could a text show part of a key?"""
        return any(
            value[start : start + SHOWN_PART] in text
            for value in self.values
            for start in range(max(1, len(value) - SHOWN_PART + 1))
        )
