"""A report as text for the terminal, Markdown, JSON and a page that needs nothing but itself."""

from __future__ import annotations

import html
import json
from collections import Counter

from conformance.judging import (
    FAILED,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PASSED,
    STATUSES,
    Report,
    Result,
)

CLAIM = "Columns of FOCUS 1.4, requirements model of FOCUS 1.2 and the columns added since."
SHOWN = 14


def where(result: Result, most: int = 3) -> str:
    """Feeds and providers whose lines break a rule."""
    if not result.sources:
        return ", ".join(result.examples)
    parts = [f"{source} ({count:,})" for source, count in result.sources[:most]]
    rest = len(result.sources) - most
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")


def totals(report: Report) -> Counter:
    """Number of rules by status, over all strengths."""
    return sum(report.counts().values(), Counter())


def verdict(report: Report) -> str:
    """One sentence: how many of the judged MUST rules hold."""
    must = report.counts()["MUST"]
    judged = must[PASSED] + must[FAILED]
    return (
        f"{must[PASSED]} of {judged} MUST rules that can be judged hold on {report.lines:,} lines."
    )


def text(report: Report) -> str:
    """One screen."""
    counts = report.counts()
    lines = [f"{'':8}" + "".join(f"{status:>16}" for status in STATUSES) + f"{'rules':>8}"]
    for strength, statuses in [*counts.items(), ("all", totals(report))]:
        numbers = "".join(f"{statuses[status]:>16}" for status in STATUSES)
        lines.append(f"{strength:8}{numbers}{statuses.total():>8}")
    lines += ["", verdict(report)]
    failures = report.failures()
    for result in failures[:SHOWN]:
        lines.append(
            f"  {result.rule.id}: {result.broken:,} of {result.lines:,} lines; {where(result, 2)}"
        )
    if len(failures) > SHOWN:
        lines.append(
            f"  ... and {len(failures) - SHOWN} more broken rules: write the page with --out"
        )
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Everything, for a machine."""
    return json.dumps(
        {
            "claim": CLAIM,
            "lines": report.lines,
            "counts": {key: dict(value) for key, value in report.counts().items()},
            "capabilities": report.capabilities,
            "rules": [
                {
                    "id": result.rule.id,
                    "keyword": result.rule.keyword,
                    "text": result.rule.text,
                    "sums_up": result.rule.is_roll_up,
                    "status": result.status,
                    "reason": result.reason,
                    "reading": result.rule.reading,
                    "lines": result.lines,
                    "broken": result.broken,
                    "sources": dict(result.sources),
                    "examples": result.examples,
                }
                for result in report.results.values()
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def markdown(report: Report) -> str:
    """Counts and broken rules."""
    lines = ["# FOCUS conformance", "", CLAIM, "", verdict(report), ""]
    lines += [f"| | {' | '.join(STATUSES)} |", "|---|" + "---:|" * len(STATUSES)]
    for strength, statuses in [*report.counts().items(), ("all", totals(report))]:
        lines.append(f"| {strength} | " + " | ".join(str(statuses[one]) for one in STATUSES) + " |")
    lines += ["", "| broken rule | | lines | where |", "|---|---|---:|---|"]
    for one in report.failures():
        cells = [one.rule.id, one.rule.text, f"{one.broken:,} of {one.lines:,}", where(one)]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def page(report: Report) -> str:
    """A self-contained HTML page with a filter by status and text."""
    counts, sums = report.counts(), totals(report)
    cards = "".join(
        f'<button class="card {slug(status)}" data-status="{slug(status)}">'
        f"<b>{sums[status]}</b>{status}</button>"
        for status in STATUSES
    )
    strengths = "".join(
        f"<tr><th>{strength}</th>"
        + "".join(f'<td class="n">{statuses[status]}</td>' for status in STATUSES)
        + f'<td class="n">{statuses.total()}</td></tr>'
        for strength, statuses in counts.items()
    )
    order = {status: position for position, status in enumerate(STATUSES)}
    broken = {one.rule.id: position for position, one in enumerate(report.failures())}
    results = sorted(
        report.single(), key=lambda one: (order[one.status], broken.get(one.rule.id, 0))
    )
    capabilities = "".join(
        f"<tr><td>{label(name)}</td><td>{html.escape(', '.join(who)) or '–'}</td></tr>"
        for name, who in report.capabilities.items()
    )
    return PAGE.format(
        claim=html.escape(CLAIM),
        verdict=html.escape(verdict(report)),
        cards=cards,
        heads="".join(f'<th class="n">{status}</th>' for status in STATUSES),
        strengths=strengths,
        rows="\n".join(_row(one) for one in results),
        capabilities=capabilities,
    )


def slug(status: str) -> str:
    """A status as a name in CSS."""
    return status.replace(" ", "-")


def label(capability: str) -> str:
    """A capability in words."""
    return capability.removesuffix("_SUPPORTED").replace("_", " ").capitalize()


def _row(result: Result) -> str:
    rule = result.rule
    numbers = ""
    if result.status == FAILED:
        numbers = f"{result.broken:,} of {result.lines:,}"
    elif result.status == PASSED and result.lines:
        numbers = f"{result.lines:,}"
    notes = []
    if result.status == FAILED:
        notes.append(f"<div>{html.escape(where(result))}</div>")
        if result.sources and result.examples:
            keys = ", ".join(html.escape(one) for one in result.examples)
            notes.append(f'<div class="keys">e.g. {keys}</div>')
    if result.status in {NOT_APPLICABLE, NOT_CHECKED}:
        notes.append(f"<div>{html.escape(result.reason)}</div>")
    if rule.reading:
        notes.append(f'<div class="reading">Reading: {html.escape(rule.reading)}.</div>')
    return (
        f'<tr data-status="{slug(result.status)}"><td><span class="badge {slug(result.status)}">'
        f"{result.status}</span></td><td><b>{rule.keyword}</b></td>"
        f'<td><div>{html.escape(rule.text)}</div><div class="id">{rule.id}</div></td>'
        f'<td class="n">{numbers}</td><td class="notes">{"".join(notes)}</td></tr>'
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FOCUS conformance</title>
<style>
:root {{ --ink: #1d2733; --soft: #5c6b7a; --line: #e1e6eb; --red: #b3261e; --green: #1b7f4b;
  --amber: #8a6100; --grey: #5c6b7a; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 1180px; padding: 32px 24px 64px; color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }}
h1 {{ font-size: 26px; margin: 0 0 4px; }}
p {{ margin: 0 0 4px; }}
.soft, .id, .keys, .reading, summary {{ color: var(--soft); }}
.top {{ display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start; margin: 20px 0; }}
.cards {{ display: grid; grid-template-columns: repeat(4, 136px); gap: 10px; }}
.card {{ border: 1px solid var(--line); border-top: 4px solid var(--c); border-radius: 8px;
  background: #fff; padding: 10px 12px; text-align: left; font: inherit; color: var(--soft);
  cursor: pointer; white-space: nowrap; }}
.card b {{ display: block; font-size: 26px; line-height: 1.2; color: var(--c); }}
.card.on {{ background: #f4f7fa; box-shadow: inset 0 0 0 1px var(--c); }}
.failed {{ --c: var(--red); }} .passed {{ --c: var(--green); }}
.not-checked {{ --c: var(--amber); }} .not-applicable {{ --c: var(--grey); }}
table {{ border-collapse: collapse; }}
th {{ text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }}
th, td {{ padding: 7px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }}
.n {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
.badge {{ color: var(--c); border: 1px solid var(--c); border-radius: 999px; padding: 1px 9px;
  font-size: 12px; white-space: nowrap; }}
.id, .keys, .reading {{ font-size: 12.5px; }}
.id, .keys {{ font-family: ui-monospace, "Liberation Mono", Consolas, monospace; }}
.notes {{ overflow-wrap: anywhere; }}
#find {{ width: 320px; max-width: 100%; padding: 8px 10px; border: 1px solid #c5ced6;
  border-radius: 6px; font: inherit; margin: 0 0 10px; }}
#rules {{ width: 100%; table-layout: fixed; }}
#rules thead th {{ position: sticky; top: 0; background: #fff; }}
details {{ margin: 16px 0; }}
summary {{ cursor: pointer; }}
</style>
</head>
<body>
<h1>FOCUS conformance</h1>
<p>{verdict}</p>
<p class="soft">{claim}</p>
<div class="top">
<div class="cards">{cards}</div>
<table><thead><tr><th></th>{heads}<th class="n">rules</th></tr></thead>
<tbody>{strengths}</tbody></table>
</div>
<details><summary>What each provider is taken to support, because its lines show it</summary>
<table><tbody>{capabilities}</tbody></table></details>
<input id="find" type="search" placeholder="Column, rule or word" aria-label="Filter the rules">
<table id="rules">
<colgroup><col style="width: 128px"><col style="width: 112px"><col>
<col style="width: 118px"><col style="width: 34%"></colgroup>
<thead><tr><th>Status</th><th>Strength</th><th>Rule</th><th class="n">Lines</th>
<th>Where and why</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<script>
const find = document.getElementById("find");
const cards = [...document.querySelectorAll(".card")];
const rows = [...document.querySelectorAll("#rules tbody tr")];
function show() {{
  const on = cards.filter(c => c.classList.contains("on")).map(c => c.dataset.status);
  const words = find.value.toLowerCase();
  for (const row of rows) {{
    row.hidden = (on.length > 0 && !on.includes(row.dataset.status))
      || !row.textContent.toLowerCase().includes(words);
  }}
}}
for (const card of cards) card.onclick = () => {{ card.classList.toggle("on"); show(); }};
find.oninput = show;
</script>
</body>
</html>
"""
