"""Where the catalogs are read from: files and wheels with their date, or installed packages."""

import importlib.metadata
import importlib.util
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from landing.refusal import Refusal

from price_catalog import genai, litellm
from price_catalog.history import Version
from price_catalog.model import Listing
from price_catalog.naming import Names

MEMBERS = {
    litellm.CATALOG: "litellm/model_prices_and_context_window_backup.json",
    genai.CATALOG: "genai_prices/data.py",
}
FILE_VERSION = re.compile(r"^[A-Za-z_-]+?-(\d+(?:\.\d+)*(?:\.?(?:post|rc|dev)\d+)?)[.-]")


@dataclass(frozen=True)
class Source:
    """One version of a catalog and the text that holds its prices."""

    version: Version
    text: str
    where: str

    def listing(self, names: Names) -> Listing:
        """The prices that it lists."""
        try:
            if self.version.catalog == genai.CATALOG:
                return genai.read(self.text, names)
            return litellm.read(entries_of(self.text), names)
        except (ValueError, SyntaxError, TypeError, KeyError, AttributeError) as error:
            raise Refusal(
                f"{self.where}: is no price file of {self.version.catalog} ({error})"
            ) from error


def entries_of(text: str) -> dict[str, Any]:
    """The entries of litellm's price file, numbers as the decimals that are written."""
    entries = json.loads(text, parse_float=Decimal)
    if not isinstance(entries, dict):
        raise ValueError("not a JSON object of models")
    return entries


def from_argument(catalog: str, argument: str) -> Source:
    """A source named FILE@YYYY-MM-DD: a wheel, or the price file out of one."""
    name, at, day = argument.rpartition("@")
    path = Path(name)
    try:
        published_on = date.fromisoformat(day).isoformat()
    except ValueError:
        at = ""
    if not at:
        raise Refusal(f"{argument}: say FILE@YYYY-MM-DD, the day on which it was published")
    found = FILE_VERSION.match(path.name)
    version = Version(catalog, found[1] if found else published_on, published_on)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            if MEMBERS[catalog] not in wheel.namelist():
                raise Refusal(f"{path}: holds no {MEMBERS[catalog]}: name a wheel of {catalog}")
            return Source(version, wheel.read(MEMBERS[catalog]).decode(), str(path))
    return Source(version, path.read_text(encoding="utf-8"), str(path))


def installed(today: date) -> list[Source]:
    """The installed packages, as seen today."""
    found = []
    for catalog, member in MEMBERS.items():
        package, _, file = member.partition("/")
        try:
            number = importlib.metadata.version(catalog)
        except importlib.metadata.PackageNotFoundError:
            continue
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue
        path = Path(next(iter(spec.submodule_search_locations))) / file
        version = Version(catalog, number, today.isoformat())
        found.append(Source(version, path.read_text(encoding="utf-8"), str(path)))
    if not found:
        raise Refusal(
            "neither genai-prices nor litellm is installed: name files with --litellm and "
            "--genai-prices, or run with both packages (see docs/prices.md)"
        )
    return found
