"""The figures for people: aligned text for a terminal, Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.evaluation.questions import LANGUAGES, RELEVANT

NAMES = {**LANGUAGES, "experts": "experts", "set": "all of the set"}
CATEGORIES = {
    "off_topic_plain": "off topic, plain",
    "off_topic_far": "off topic, far",
    "lexical_trap": "lexical traps",
    "domain_gap": "gaps within migration",
    "real": "real questions",
}
Table = tuple[str, Sequence[str], list[list[str]], list[str]]
"""Title, header, rows, remarks."""


def tables(found: dict[str, Any]) -> list[Table]:
    """Everything that was measured, as tables."""
    made: list[Table] = []
    for setting in found.get("retrieval", ()):
        made += _retrieval(setting)
    if "abstention" in found:
        made.append(_abstention(found["abstention"]))
    if "citations" in found:
        made.append(_citations(found["citations"]))
    if "mutations" in found:
        made.append(_mutations(found["mutations"]))
    return made


def headline(found: dict[str, Any]) -> str:
    """What the tables are of."""
    notes = "" if found["search_notes"] else ", without search notes"
    return f"{found['set'].capitalize()} set, {found['questions']} questions{notes}"


def as_text(found: dict[str, Any]) -> str:
    """For a terminal: columns aligned by spaces."""
    parts = [headline(found)]
    for title, header, rows, remarks in tables(found):
        widths = [max(len(row[i]) for row in [list(header), *rows]) for i in range(len(header))]
        lines = [title, _aligned(header, widths), _aligned(["-" * w for w in widths], widths)]
        parts.append("\n".join([*lines, *(_aligned(row, widths) for row in rows), *remarks]))
    return "\n\n".join(parts) + "\n"


def as_markdown(several: Iterable[dict[str, Any]], command: str) -> str:
    """A page of the documentation, saying by which command it was written."""
    parts = [
        "# Figures",
        f"Written by `{command}`; do not edit. How to read them: [evaluation.md](evaluation.md).",
    ]
    for found in several:
        parts.append(f"## {headline(found)}")
        parts.append(f"Corpus `{found['corpus_sha256'][:12]}`, embedder `{found['embedder']}`.")
        for title, header, rows, remarks in tables(found):
            lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
            lines += ["| " + " | ".join(row) + " |" for row in rows]
            parts += [f"### {title}", "\n".join(lines), *remarks]
    return "\n\n".join(parts) + "\n"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()


def share(value: float) -> str:
    """A value between 0 and 1 to two places: ".53", "1.00"."""
    return f"{value:.2f}".removeprefix("0")


def _retrieval(setting: dict[str, Any]) -> list[Table]:
    made: list[Table] = []
    for group in setting["systems"][0]["groups"]:
        rows, remarks = [], []
        header: list[str] = []
        for row in setting["systems"]:
            mine = row["groups"][group]
            if "nDCG@10" in mine["figures"]:
                header = header or ["system", *mine["figures"], "nothing found"]
                rows.append(
                    [row["system"], *(_cell(f) for f in mine["figures"].values()), str(mine["unanswered"])]
                )
            else:
                recall = _cell(mine["figures"]["recall of all returned"])
                remarks.append(
                    f"{row['system']}: recall {recall}, counting all passages that stand whole in them, "
                    f"{mine['returned']:.0f} on average."
                )
        remarks = _goal(setting, group) + remarks
        asked = next(iter(setting["systems"][0]["groups"][group]["figures"].values()))["questions"]
        if group == "set" and setting["left_out"]:
            remarks.append(
                f"{setting['left_out']} questions have no passage of grade {RELEVANT} here and are left out."
            )
        title = f"{setting['title']} ({setting['passages']}), {NAMES[group]} ({asked} questions)"
        made.append((title, header, rows, remarks))
    return made


def _cell(figure: dict[str, Any]) -> str:
    return f"{share(figure['mean'])} [{share(figure['low'])}, {share(figure['high'])}]"


def _goal(setting: dict[str, Any], group: str) -> list[str]:
    if group not in setting["goals"]:
        return []
    figures = setting["systems"][0]["groups"][group]["figures"]
    said = []
    for name, goal in zip(("nDCG@10", "recall@10"), setting["goals"][group], strict=True):
        if goal is not None:
            mean = figures[name]["mean"]
            how = "reached" if mean >= goal else f"missed by {share(goal - mean)}"
            said.append(f"{name} {share(goal)}: {how}")
    return ["Goal: " + "; ".join(said) + "."]


def _abstention(rows: list[dict[str, Any]]) -> Table:
    header = ["asked", "questions", "answered", "marked weak", "nothing found", "goal", "reached"]
    cells = [
        [
            CATEGORIES[row["category"]],
            *(str(row[key]) for key in ("questions", "answered", "weak", "abstained")),
            row["goal"],
            "yes" if row["reached"] else "no",
        ]
        for row in rows
    ]
    return "Abstention", header, cells, []


def _citations(found: dict[str, Any]) -> Table:
    header = ["", "count"]
    rows = [
        ["briefs (all objectives, every answerable question)", str(found["briefs"])],
        ["lines", str(found["lines"])],
        ["lines proved from the source files", str(found["proved"])],
        *([f"quotations that verify finds {v}", str(n)] for v, n in sorted(found["verdicts"].items())),
    ]
    return "Citations", header, rows, [f"Not proved: {problem}" for problem in found["problems"]]


def _mutations(found: dict[str, Any]) -> Table:
    header = list(found["rows"][0])
    rows = [[str(value) for value in row.values()] for row in found["rows"]]
    return "Planted errors", [h.replace("_", " ") for h in header], rows, []
