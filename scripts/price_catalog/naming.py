"""Providers and models of a catalog in the keys of this warehouse."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

# routes of litellm that say where in a provider's cloud a model is called
REGION = re.compile(r"(us|eu|ap|ca|sa|me|af|il|mx)-(gov-)?[a-z]+-\d")
GEOGRAPHIES = {"eu", "us"}
GLOBAL = {"global", "global-standard"}
COMMITMENT = re.compile(r"\d+-month-commitment")
QUALITIES = {"low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"}
SIZE = re.compile(r"(\d+|max)-x-(\d+|max)")
STEPS = re.compile(r"\d+-steps")
# versions as Bedrock and Vertex AI write them
VERSION = re.compile(r"(-v\d+(:\d+)?|-\d+:\d+|@[a-z0-9-]+)$")
# a profile of Bedrock that names a geography; `global.` is one of them
PROFILE = re.compile(r"((?:global|us-gov|[a-z]{2}|apac)\.)?(.*)")
OPENAI_MODEL = re.compile(r"(^|[./])(gpt-|chatgpt-|o\d|codex-|computer-use)")


class Route(NamedTuple):
    """What the key of a catalog entry says beside the model."""

    model_id: str
    region_id: str
    meter_variant: str
    is_committed: bool


@dataclass(frozen=True)
class Names:
    """The reference seeds by which names are read."""

    providers: dict[str, str]
    aliases: dict[tuple[str, str], str]
    models: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, folder: Path) -> "Names":
        """Names from the seeds in a folder."""
        return cls(
            {row["provider_name"]: row["provider_id"] for row in rows(folder, "provider_names")},
            {(r["provider_id"], r["alias"]): r["model_id"] for r in rows(folder, "model_aliases")},
            frozenset((r["provider_id"], r["model_id"]) for r in rows(folder, "models")),
        )

    def provider(self, name: str) -> str:
        """The key of a provider; a part of a platform (vertex_ai-llama_models) is the platform."""
        name = name.strip().lower()
        return self.providers.get(name) or self.providers.get(name.split("-")[0]) or name

    def model(self, provider_id: str, name: str) -> str:
        """A model in lower case; without a cloud's version where the curated models have none."""
        name = unquote(name).lower()
        if provider_id == "aws":
            # genai-prices' word for what Bedrock and the curated list call by the bare id
            name = name.removeprefix("regional.")
        if (provider_id, name) in self.models or not VERSION.search(name):
            return name
        if provider_id == "aws":
            profile, bare = PROFILE.fullmatch(name).groups(default="")
            plain = VERSION.sub("", bare)
            if (provider_id, plain) in self.models:
                return profile + plain
            return profile + self.aliases.get((provider_id, bare), bare)
        return self.aliases.get((provider_id, name), name) if provider_id == "gcp" else name

    def curated(self, provider_id: str, model_id: str) -> str:
        """The curated model that a name means, by the rule of the warehouse."""
        undated = re.sub(r"([-@][0-9]{8}|-[0-9]{4}-[0-9]{2}-[0-9]{2}|-latest)$", "", model_id)
        for name in (model_id, undated):
            if (provider_id, name) in self.models:
                return name
            if alias := self.aliases.get((provider_id, name)):
                return alias
        return model_id


def route(key: str, litellm_provider: str) -> Route:
    """Take a key of litellm apart: routes, region, size and quality before the model."""
    parts = key.split("/")
    first = parts[0].lower()
    own = {litellm_provider, litellm_provider.split("-")[0], *ROUTES_OF.get(litellm_provider, ())}
    if len(parts) > 1 and first in own:
        parts = parts[1:]
    region, variant, is_committed = "", [], False
    while len(parts) > 1:
        part = parts[0].lower()
        has_size = any(SIZE.fullmatch(p) for p in parts[1:2])
        if part == "*" or part in GLOBAL:
            pass
        elif REGION.fullmatch(part) or (part in GEOGRAPHIES and litellm_provider == "azure"):
            region = part
        elif COMMITMENT.fullmatch(part):
            is_committed = True
        elif SIZE.fullmatch(part):
            variant.append("max" if "max" in part else part.replace("-x-", "x"))
        elif STEPS.fullmatch(part) or (part in QUALITIES and has_size):
            variant.append(part)
        elif variant and part in {"bedrock"}:
            pass
        else:
            break
        parts = parts[1:]
    return Route("/".join(parts).lower(), region, "/".join(variant), is_committed)


def is_openai_model(provider_id: str, model_id: str) -> bool:
    """Whether a cache write without a stated life is kept for OpenAI's 30 minutes."""
    return provider_id == "openai" or (
        provider_id in {"microsoft", "aws"} and OPENAI_MODEL.search(model_id) is not None
    )


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of a seed."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROUTES_OF = {
    "bedrock_converse": ("bedrock",),
    "text-completion-openai": ("openai",),
    "cohere_chat": ("cohere",),
    "chatgpt": ("openai",),
}
