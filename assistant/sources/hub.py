"""The UN Migration Network Hub page: questions, answers, nested replies, standalone posts, a disclaimer.

A post is: author; perhaps "Moderator" (a role on the site, not an office); text; perhaps "In reply to by X";
perhaps counts of members and comments; date. The reply line and the date close a post, they do not open
the next one. Names and links that the page cut off with "…" are kept as printed. A post's spans hold its
text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.model import Document, Passage, Source, Span
from assistant.sources.language import guess_language
from assistant.sources.plain import objectives_named, trim, unexpected
from assistant.text import cut, fold

STANDALONE = "standalone"
"""The thread of posts that stand under no question."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"^({'|'.join(_MONTHS)}) (\d{{2}}), (\d{{4}})[ ]*$", re.MULTILINE)
_MENU = re.compile(r"\A.*?^Discussion Questions & Comments\s*$", re.MULTILINE | re.DOTALL)
_OPENING = re.compile(r"\s*(?P<author>\S.*?)[^\S\n]*\n(?:\s*(?P<moderator>Moderator)[^\S\n]*\n)?")
_CLOSING = re.compile(
    r"(?:^In reply to by (?P<parent>.+?)\s*$\s*)?"
    r"(?:^\d+\nMembers\n(?P<comments>\d+)\nComments\n\s*)?\Z",
    re.MULTILINE,
)
_QUESTION = re.compile(r"(\d)\.\s[^\n]*\?[^\n]*")
_DISCLAIMER = re.compile(r"^Disclaimer:.*", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"https?://[^\s<>\"“”]+")


@dataclass(frozen=True, slots=True)
class _Post:
    """One post as it stands on the page; ``comments`` is how many the page says stand below it."""

    author: str
    moderator: bool
    span: Span
    parent: str | None
    comments: int
    date: date


def read(document: Document, text: str) -> Source:
    """The page as passages in printed order; ``thread`` says under which question a post stands, if any."""
    passages: list[Passage] = []
    claimed: dict[str, int] = {}
    under, heading, counts = "", "", {"answers": 0, "alone": 0}
    for post in _posts(document, text):
        asked = _QUESTION.match(text, *post.span)
        if post.parent is not None:
            counts["answers"] += 1
            local = f"{under}.a{counts['answers']}"
        else:
            counts["answers"] = 0
            counts["alone"] += not asked
            heading = fold(asked[0]) if asked else ""
            local = under = f"q{asked[1]}" if asked else f"s{counts['alone']}"
        if not under:
            raise unexpected(document, "a question before the first reply", f"a reply by {post.author}")
        passages.append(_passage(document, text, post, local, heading if local != under else ""))
        claimed[passages[-1].id] = post.comments
    remarks = tuple(_uncounted(passages, claimed))
    passages = [_with_parent(passage, passages) for passage in passages]
    return Source(document, text, (), (*passages, *_disclaimer(document, text)), remarks)


def parent(post: Passage, posts: Sequence[Passage]) -> Passage | None:
    """The post replied to: the nearest before it in the same thread by the author the reply line names.

    None for a post that replies to nothing, or to a post that the page does not show.
    """
    if post.in_reply_to is None:
        return None
    root = post.id.partition(".a")[0]
    before = [p for p in posts[: [p.id for p in posts].index(post.id)] if p.id.partition(".a")[0] == root]
    return next((p for p in reversed(before) if p.author == post.in_reply_to), None)


def _posts(document: Document, text: str) -> Iterator[_Post]:
    """Each stretch up to and with a date is one post; the menu before the first is none."""
    menu = _MENU.match(text)
    dates = list(_DATE.finditer(text))
    if menu is None or not dates:
        raise unexpected(
            document, "the menu, then posts that each end with a date (“Nov 25, 2021”)", "neither"
        )
    starts = [menu.end(), *(match.end() for match in dates)]
    for start, match in zip(starts, dates, strict=False):
        opening = _OPENING.match(text, start, match.start())
        body = opening.end() if opening else start
        closing = _CLOSING.search(text, body, match.start())
        if opening is None or closing is None:
            raise unexpected(document, f"a post before “{match[0]}”", "none")
        span = trim(text, body, closing.start())
        if span[0] == span[1]:
            raise unexpected(document, f"a text in the post of {opening['author']}, {match[0]}", "none")
        day = date(int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2]))
        yield _Post(
            opening["author"],
            bool(opening["moderator"]),
            span,
            closing["parent"],
            int(closing["comments"] or 0),
            day,
        )


def _passage(document: Document, text: str, post: _Post, local: str, heading: str) -> Passage:
    printed = cut(text, (post.span,))
    root = local.partition(".a")[0]
    day = post.date
    return Passage(
        id=f"{document.id}/{local}",
        document=document.id,
        kind="comment",
        text=fold(printed),
        spans=(post.span,),
        heading_path=(heading,) if heading else (),
        objectives=objectives_named(printed),
        locator=f"{post.author}, {day.day} {_MONTHS[day.month - 1]} {day.year}",
        links=tuple(dict.fromkeys(link.rstrip(".,;:)") for link in _LINK.findall(printed))),
        author=post.author,
        date=day.isoformat(),
        language="en" if local == root and root[0] == "q" else guess_language(printed),
        in_reply_to=post.parent,
        moderator=post.moderator,
        thread=f"Question {root[1:]}" if root[0] == "q" else STANDALONE,
    )


def _with_parent(post: Passage, posts: Sequence[Passage]) -> Passage:
    if post.in_reply_to is None or parent(post, posts) is not None:
        return post
    return replace(
        post,
        remarks=(f"Replies to a post by {post.in_reply_to} that the page does not show in this thread.",),
    )


def _uncounted(posts: Sequence[Passage], claimed: dict[str, int]) -> Iterator[str]:
    """Where the page counts more comments below a post than it shows."""
    for post in posts:
        if ".a" in post.id:
            continue
        shown = sum(p.id.startswith(f"{post.id}.a") for p in posts)
        if claimed[post.id] != shown:
            yield f"{post.locator}: the page counts {claimed[post.id]} comments below it and shows {shown}."


def _disclaimer(document: Document, text: str) -> Iterator[Passage]:
    match = _DISCLAIMER.search(text)
    if match is None:
        raise unexpected(document, "a paragraph that begins “Disclaimer:”", "none")
    span = trim(text, *match.span())
    yield Passage(
        id=f"{document.id}/disclaimer",
        document=document.id,
        kind="section",
        text=fold(cut(text, (span,))),
        spans=(span,),
        locator="Disclaimer",
        topic="front",
    )
