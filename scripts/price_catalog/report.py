"""What a refresh changed and what it left out, for people."""

from collections import Counter
from collections.abc import Iterator

from price_catalog.history import History, Row, by_model
from price_catalog.model import Key, Tally

LIMIT = 40


def changes(before: History, after: History) -> Iterator[str]:
    """One line per provider × model: added, changed (old -> new), ended, dropped, listed again."""
    old, new = by_model(before), by_model(after)
    for model in sorted(new):
        name = f"{model[1]} {model[2]} ({model[0]})"
        if model not in old:
            yield f"added    {name}: {len(new[model])} prices"
            continue
        found = [
            text
            for key in sorted(old[model].keys() | new[model].keys())
            if (text := _change(key, old[model].get(key, []), new[model].get(key, [])))
        ]
        was_dropped = any(rows[-1].dropped_on for rows in old[model].values())
        is_dropped = any(rows[-1].dropped_on for rows in new[model].values())
        if is_dropped and not was_dropped:
            found.append("listed no more, prices kept")
        if was_dropped and not is_dropped:
            found.append("listed again")
        if found:
            yield f"changed  {name}: {'; '.join(found)}"
    for model in sorted(old.keys() - new.keys()):
        yield f"removed  {model[1]} {model[2]} ({model[0]})"


def _change(key: Key, old: list[Row], new: list[Row]) -> str | None:
    was, now = _last(old), _last(new)
    if was == now:
        return None
    return f"{describe(key)} {was or 'none'} -> {now or 'ended'}"


def _last(rows: list[Row]) -> str | None:
    return rows[-1].price.price if rows and rows[-1].valid_to is None else None


def describe(key: Key) -> str:
    """A key without the model, as short as it can be said."""
    parts = [
        key.meter,
        key.service_tier if key.service_tier != "standard" else "",
        f">{key.context_over_tokens}" if key.context_over_tokens else "",
        key.region_id,
        key.meter_variant,
        f"{key.window_from_utc}-{key.window_to_utc}" if key.window_from_utc else "",
        f"days {key.window_weekdays}" if key.window_weekdays else "",
    ]
    return " ".join(part for part in parts if part)


def shortened(lines: list[str], limit: int | None = LIMIT) -> list[str]:
    """The first lines, and how many more there are."""
    if limit is None or len(lines) <= limit:
        return lines
    return [*lines[:limit], f"... and {len(lines) - limit:,} more (--all prints them)"]


def left_out(tally: Tally) -> list[str]:
    """What was read and not taken: reason, what, how often, one example."""
    reasons = Counter()
    for (reason, _), count in tally.counts.items():
        reasons[reason] += count
    lines = []
    for reason, total in reasons.most_common():
        lines.append(f"  {reason}: {total:,}")
        whats = [(w, n) for (r, w), n in tally.counts.most_common() if r == reason]
        lines += [f"    {w} ({n:,}, such as {tally.examples[reason, w]})" for w, n in whats]
    return lines
