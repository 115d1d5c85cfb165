"""``gcm-draft show``: a passage with its page, its surroundings, its links, its standing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assistant.cli import common
from assistant.model import passage_dict

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.showing import Shown


@click.command("show", epilog='Example: gcm-draft show "Cluster 2, OPA, p. 17"')
@click.argument("reference", required=False)
@click.option("--quote", metavar="TEXT", help="Find the passage by words out of it instead.")
@common.text_or_json
@common.everywhere
def command(reference: str | None, quote: str | None, fmt: str) -> None:
    """The passage that an id or a citation names. If several fit, all are listed. Exit status 1 if none does."""
    from assistant import showing

    if bool(reference) == bool(quote):
        raise click.UsageError("Give a passage id or a citation, or --quote TEXT.")
    corpus = common.open_library().corpus
    found = showing.find_quotation(quote, corpus) if quote else showing.find(reference or "", corpus)
    if not found:
        for line in _nothing(reference, corpus):
            click.echo(line, err=True)
        raise click.exceptions.Exit(1)
    shown = [showing.show(p, corpus) for p in found]
    if fmt == "json":
        common.write_json([_record(s) for s in shown])
        return
    if len(shown) > 1:
        click.echo(f"{len(shown)} passages fit:\n")
    for one in shown:
        _print(one, brief=len(shown) > 1)


CITED = ("Cluster 2, OPA, p. 17", "Objective 6, p. 3", "para. 16", "Rec. 4", "Kate Barth, 4 Dec 2021")
"""Citations of every shape the corpus has, for people who look for one."""
MOST_NEAR = 5


def _nothing(reference: str | None, corpus: Corpus) -> list[str]:
    """What to say where nothing fits: what is near, what can be shown, and where an objective's brief is."""
    from assistant import citations, objectives

    forms = "; ".join(CITED)
    shown = (
        f"What can be shown: a citation, such as {forms}; or a passage's id (gcm-draft passages lists all)."
    )
    if reference is None:
        return [
            "These words stand in no passage.",
            'For a search by subject: gcm-draft search "WORDS"',
            shown,
        ]
    said = [f"No passage fits {reference!r}."]
    number = objectives.match_objective(reference)
    cited = citations.parse(reference)
    near = citations.resolve(cited.without_pages(), corpus) if cited else ()
    if near:
        labels = dict.fromkeys(p.locator for p in near)
        more = f" and {len(labels) - MOST_NEAR} more" if len(labels) > MOST_NEAR else ""
        said.append(f"On other pages it has: {'; '.join(list(labels)[:MOST_NEAR])}{more}.")
    if number is not None:
        note = objectives.objective(number).note
        said += [note.partition(". ")[0].rstrip(".") + "."] if note and not near else []
        said.append(
            f'A brief on the objective: gcm-draft "Objective {number}". All of them: gcm-draft objectives'
        )
    return [*said, shown]


def _record(s: Shown) -> dict[str, Any]:
    return {
        "passage": passage_dict(s.passage),
        "citation": s.citation,
        "title": s.title,
        "standing": s.standing,
        "pages": [
            {"number": p.number, "label": p.label, "certain": p.certain, "evidence": p.evidence}
            for p in s.pages
        ],
        "before": [p.id for p in s.before],
        "after": [p.id for p in s.after],
        "cited_by": [{"id": p.id, "citation": label} for p, label in s.cited_by],
        "targets": [{"id": p.id, "citation": label} for p, label in s.targets],
    }


def _print(s: Shown, *, brief: bool) -> None:
    p = s.passage
    click.echo(f"{click.style(s.citation, bold=True)}   {p.id}")
    click.echo(f"  “{p.text}”")
    for link in p.links:
        click.echo(f"  {link}")
    for remark in p.remarks:
        click.echo(f"  {click.style('Remark:', fg='yellow')} {remark}")
    if brief:
        click.echo()
        return
    _facts(s)
    for title, neighbours in (("Before it", s.before), ("After it", s.after)):
        for other in neighbours:
            click.echo(f"  {click.style(title + ':', dim=True)} {other.locator}: {_short(other.text)}")


def _facts(s: Shown) -> None:
    p = s.passage
    facts = [
        ("Under", " / ".join(p.heading_path)),
        ("Author", f"{p.author}{' (Moderator)' if p.moderator else ''}" if p.author else ""),
        ("In reply to", p.in_reply_to or ""),
        ("Years", p.years or ""),
        ("Names", "; ".join(p.entities)),
        ("Objectives", ", ".join(map(str, p.objectives))),
        ("Other edition", ", ".join(f"p. {n}" for n in p.other_edition_pages) and
         f"p. {', '.join(map(str, p.other_edition_pages))} in the edition cited by the GFMD overview"),
        ("Cited by", "; ".join(label for _, label in s.cited_by)),
        ("Points at", "; ".join(f"{label} ({q.id.partition('/')[2]})" for q, label in s.targets)),
        ("Match", p.mapping.match if p.mapping else ""),
        ("Document", s.title),
        ("Standing", s.standing.get("en", "")),
    ]  # fmt: skip
    for name, value in facts:
        if value:
            click.echo(f"  {name + ':':<15}{value}")
    for page in s.pages:
        certain = "" if page.certain else " (probable, not certain)"
        click.echo(f"  {'Page ' + page.label + ':':<15}{page.evidence}{certain}")


def _short(text: str) -> str:
    return text if len(text) <= 140 else text[:140].rsplit(" ", 1)[0] + " […]"
