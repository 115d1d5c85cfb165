"""The written forms of a pinpoint: one pattern a form, as printed by this program and as people write them.

:func:`read_piece` reads one comma-separated piece of a citation ("Cluster 2", "OPA", "p.17", "§ 16");
:mod:`assistant.citations` puts the pieces together. Nothing here knows a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

Fields = dict[str, Any]
"""Field names of :class:`assistant.citations.Citation` with their values."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NAMES = (
    "jan january janvier janv enero ene",
    "feb february février févr fév fevrier febrero",
    "mar march mars marzo",
    "apr april avril avr abril abr",
    "may mai mayo",
    "jun june juin junio",
    "jul july juillet juil julio",
    "aug august août aout agosto ago",
    "sep sept september septembre septiembre set setiembre",
    "oct october octobre octubre",
    "nov november novembre noviembre",
    "dec december décembre déc decembre diciembre dic",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_MONTH = "(" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_NTH = "(?:er|st|nd|rd|th)?"
_DATES = (
    (re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b"), "ymd"),
    (
        re.compile(
            rf"\b(\d{{1,2}})(?:er|st|nd|rd|th)?(?:\s+de)?\s+{_MONTH}(?:\s+de[l]?)?,?\s+(\d{{4}})\b", re.I
        ),
        "dmy",
    ),
    (re.compile(rf"\b{_MONTH}\s+(\d{{1,2}}){_NTH},?\s+(\d{{4}})\b", re.I), "mdy"),
)
_DATE_MARK = re.compile(r"⟦(\d{4}-\d{2}-\d{2})⟧")

# Soft hyphens, zero-width characters and superscript digits (footnote calls) carry no part of a citation.
_NO_INK = re.compile("[\u00ad\u200b\u2060\ufeff⁰¹²³⁴⁵⁶⁷⁸⁹]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_NUM = r"(\d{1,4})"
_PAGE_WORD = r"(?:at\s+)?(?:pages?|pp?\.?|pgs?\.?|págs?\.?|páginas?)"
_ITEMS = r"((?:\s*\((?:[a-z]{1,2}|[ivx]{1,5})\)){1,2}|\s?[a-z]\)?|\s+\([a-z])?"
_LABEL = r"[ivxlc]{1,8}|[IVXLC]{1,8}|[A-Z]{1,2}-?\d{1,4}|\d{1,4}[a-z]"
_RANGE = rf"{_NUM}(?:\s*(?:-|to|à|and|et|y|a|&)\s*{_NUM})?"
_PDF = rf"PDF\s*(?:pages?|pp?\.?)\s*{_RANGE}"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("cluster", rf"(?:thematic\s+)?clusters?\s+(?:no\.?\s*)?{_NUM}"),
        ("section", r"(?:section|sect?\.)\s+(I{1,3}|IV|[1-4])(?:\s*\(\d\))?"),
        ("objective", rf"(?:objective|obj\.|objectif|objetivo)\s+(?:no\.?\s*)?{_NUM}"),
        (
            "recommendation",
            r"(?:recommendations?|recs?\.?|recommandations?|recomendaci[oó]n(?:es)?)"
            rf"\s*(?:no\.?|n[°º]|#)?\s*{_NUM}(?:\s*\(([\d;,\s-]+)\))?{_ITEMS}",
        ),
        ("question", rf"guiding\s+(?:questions?|q\.?)\s*(?:no\.?\s*)?{_NUM}"),
        ("thread", rf"(?:question\s+|Q\s?){_NUM}|(standalone)(?:\s+(?:post|comment))?"),
        (
            "paragraph",
            r"(?:at\s+)?(?:paragraph(?:e|s|es)?|párrafos?|paras?\.?|pars?\.|párrs?\.|§{1,2}|¶¶)"
            rf"\s*{_NUM}(?:\s*(?:-|to|à|and|et|y|a)\s*{_NUM})?{_ITEMS}",
        ),
        ("count", rf"¶\s*{_NUM}"),
        ("item", r"(?:item|point|let\.)\s*(\(\w{1,4}\)(?:\s*\(\w{1,4}\))?)"),
        ("bullet", rf"bullet\s+{_NUM}"),
        ("PO", r"policy\s+options?|POs?"),
        ("OPA", r"options?\s+for\s+practical\s+actions?|practical\s+(?:actions?|options?)|OPAs?"),
        ("Example", r"(?:policy\s+and\s+)?(?:practice\s+)?examples?"),
        ("Introduction", r"introduction|introducción|intro\.?"),
        ("Title", r"title"),
        ("Closing note", r"closing\s+note"),
        ("Disclaimer", r"disclaimer"),
        ("recommendations", r"(policy|practical)\s+recommendations?(?:\s*(?:,|:|-|\bon\b)\s*(.+))?"),
        ("governance", r"(?:on\s+)?(?:labou?r\s+migration\s+)?governance"),
        ("recruitment", r"(?:on\s+)?recruitment"),
        ("skills", r"(?:on\s+)?skills(?:\s+mobility)?"),
        ("note", rf"(?:foot|end)?notes?\s*(?:no\.?\s*)?{_NUM}|fn\.?\s*{_NUM}"),
        ("titled", r"heading\s+[“\"«„](.+)[”\"»“]"),
        ("heading", r"under\s+(?:the\s+heading\s+)?[“\"«„](.+)[”\"»“]"),
        ("both_pages", rf"{_PAGE_WORD}\s*{_RANGE}\s*[(\[]{_PDF}[)\]]"),
        ("label_pdf", rf"(?:pages|pp\.)\s*([ivxlc]{{1,8}})\s*-\s*(\d{{1,4}})\s*[(\[]{_PDF}[)\]]"),
        ("label_pdf", rf"{_PAGE_WORD}\s*({_LABEL})(?:\s*-\s*({_LABEL}))?\s*[(\[]{_PDF}[)\]]"),
        ("pdf", _PDF),
        ("pages", rf"{_PAGE_WORD}\s*{_RANGE}"),
        ("label", r"(?:pages|pp\.)\s*([ivxlc]{1,8})\s*-\s*(\d{1,4})"),
        ("label", rf"(?:pages?|pp?\.)\s*({_LABEL})(?:\s*-\s*({_LABEL}))?"),
        (
            "place",
            r"(?:table|row|col\.|column|sheet|slide)\s*\d+|contents|margin|note(?:\s+[*†‡]+|\s+[a-z])?",
        ),
        ("date", r"⟦(\d{4}-\d{2}-\d{2})⟧"),
    )
)
_MULTIPART = ("page", "page_end", "pdf_page", "pdf_page_end")
OTHER_EDITION = re.compile(
    rf"^(?:and\s+|or\s+)?{_PAGE_WORD}\s*{_RANGE}(?:\s+or\s+p\.\s*\d+)*\s+(?:in|of|by|as|en|dans|de|selon|según)\b"
    r".*\b(?:edition|overview|édition|edición|sinopsis|aperçu)\b.*$",
    re.I,
)
IGNORED = re.compile(
    r"^(?:https?://\S+|<https?://\S+>|emphasis (?:added|mine|in (?:the )?original)|original emphasis|"
    r"italics added|(?:my|our|own|unofficial) translation|(?:foot)?notes? omitted|"
    r"op\.?\s*cit\.?|loc\.?\s*cit\.?|overview of the zero draft|"
    r"page (?:boundary )?probable|accessed\b.*|retrieved\b.*)$",
    re.I,
)


def tidy(text: str) -> str:
    """One kind of space and hyphen, no zero-width characters: the form all patterns expect."""
    text = _NO_INK.sub("", text)
    # An ellipsis stays one character: names that the Hub prints cut short ("Migration Netw…") end in it.
    text = "…".join(unicodedata.normalize("NFKC", part) for part in text.split("…"))
    return " ".join(_DASHES.sub("-", text).split())


def mark_dates(text: str) -> str:
    """Dates of three languages replaced by ``⟦2021-12-04⟧`` so that commas can split."""

    def iso(order: str, match: re.Match[str]) -> str:
        first, second, third = match.groups()
        if order == "ymd":
            year, month, day = int(first), int(second), int(third)
        else:
            name, number = (second, first) if order == "dmy" else (first, second)
            year, month, day = int(third), _MONTH_OF[name.lower()], int(number)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return match.group()
        return f"⟦{year:04}-{month:02}-{day:02}⟧"

    for pattern, order in _DATES:
        text = pattern.sub(lambda m, o=order: iso(o, m), text)  # type: ignore[misc]
    return text


def unmark_dates(text: str) -> str:
    """The inverse of :func:`mark_dates` up to the form: dates become ``4 Dec 2021``."""
    return _DATE_MARK.sub(lambda m: date_label(m.group(1)), text)


def date_label(iso: str) -> str:
    """``2021-12-04`` as ``4 Dec 2021``."""
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def _numbers(match: re.Match[str], names: tuple[str, ...]) -> Fields:
    found = {name: int(value) for name, value in zip(names, match.groups(), strict=True) if value is not None}
    for end in ("page_end", "pdf_page_end", "paragraph_end"):
        start = end.removesuffix("_end")
        if end in found and found[end] == found.get(start):
            del found[end]
    return dict(found)


def _paragraph(match: re.Match[str]) -> Fields:
    fields: Fields = {"paragraph": int(match.group(1))}
    if match.group(2) and match.group(2) != match.group(1):
        fields["paragraph_end"] = int(match.group(2))
    return fields | _item(match.group(3))


def _item(printed: str | None) -> Fields:
    """The letters of an item within a paragraph: "b", or "b) (ii" for one within it."""
    letters = re.findall(r"\w+", printed or "")
    return {"item": ") (".join(letters).lower()} if letters else {}


def _recommendations(match: re.Match[str]) -> Fields | None:
    fields: Fields = {"part": match.group(1).lower()}
    if match.group(2):
        topic = read_piece(match.group(2).strip())
        if topic is None or "topic" not in topic:
            return None
        fields |= topic
    return fields


def _label_pdf(match: re.Match[str]) -> Fields:
    fields = _labels(match) | {"pdf_page": int(match.group(3))}
    return fields | ({"pdf_page_end": int(match.group(4))} if match.group(4) else {})


def _labels(match: re.Match[str]) -> Fields:
    fields: Fields = {"page_label": match.group(1)}
    return fields | ({"page_label_end": match.group(2)} if match.group(2) else {})


_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


def _fields(name: str, match: re.Match[str]) -> Fields | None:  # noqa: PLR0911, PLR0912, C901 - one line a form
    match name:
        case "cluster" | "objective" | "question" | "count" | "bullet":
            return {name: int(match.group(1))}
        case "section":
            return {"section": _ROMAN.get(match.group(1), match.group(1).upper())}
        case "recommendation":
            years = match.group(2)
            number: Fields = {"recommendation": int(match.group(1))} | _item(match.group(3))
            return number | ({"years": " ".join(years.split())} if years else {})
        case "thread":
            return {"thread": f"Question {int(match.group(1))}" if match.group(1) else "standalone"}
        case "paragraph":
            return _paragraph(match)
        case "PO" | "OPA" | "Example" | "Introduction" | "Title" | "Closing note" | "Disclaimer":
            return {"kind": name}
        case "recommendations":
            return _recommendations(match)
        case "governance" | "recruitment" | "skills":
            return {"topic": name}
        case "note":
            return {"note": int(match.group(1) or match.group(2))}
        case "item":
            return _item(match.group(1))
        case "titled":
            return {"kind": "heading", "heading": match.group(1).strip()}
        case "heading":
            return {"heading": match.group(1).strip()}
        case "both_pages":
            return _numbers(match, _MULTIPART)
        case "label_pdf":
            return _label_pdf(match)
        case "pdf":
            return _numbers(match, ("pdf_page", "pdf_page_end"))
        case "pages":
            return _numbers(match, ("page", "page_end"))
        case "place":
            return {"place": match.group().lower()}
        case "label":
            return _labels(match)
        case _:
            return {"date": match.group(1)}


def read_piece(piece: str) -> Fields | None:
    """The fields one whole piece of a citation stands for, or None where it is no known form.

    >>> read_piece("pp. 11-12")
    {'page': 11, 'page_end': 12}
    """
    for name, pattern in _FORMS:
        match = pattern.fullmatch(piece)
        if match:
            return _fields(name, match)
    return None


def other_edition(piece: str) -> Fields | None:
    """``p. 18 in the edition cited by the GFMD overview`` -> the pages of that other edition."""
    match = OTHER_EDITION.match(piece)
    if not match:
        return None
    fields: Fields = {"other_page": int(match.group(1))}
    if match.group(2):
        fields["other_page_end"] = int(match.group(2))
    return fields


def split_top(text: str, separators: str) -> list[str]:
    """``text`` split at separators that stand outside brackets and quotation marks; pieces stripped."""
    pieces, depth, quotes, straight, start = [], 0, 0, False, 0
    for at, char in enumerate(text):
        quotes = max(0, quotes + (char in "“«„") - (char in "”»"))
        straight ^= char == '"'
        if quotes or straight:
            continue
        depth = max(0, depth + (char in "([") - (char in ")]"))
        if not depth and char in separators:
            pieces.append(text[start:at].strip())
            start = at + 1
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


LEAD = re.compile(
    r"^(?:(?:see(?: also)?|cf\.?|voir(?: aussi)?|v[ée]ase(?: tambi[ée]n)?|sources?|quoted (?:in|from)|"
    r"from|in|as in|e\.g\.|also)\b[,:]?\s+)+|^[-*\s]+(?=\S)",
    re.I,
)
_OF_DOCUMENT = re.compile(r"^(.+?)\s+(?:of|in|from|du|de la|del|de)\s+(?:the\s+|le\s+|la\s+)?(\S.+)$", re.I)
_WITHOUT_COMMA = re.compile(
    r"^(.+?)[\s:]+((?:thematic\s+)?cluster\s|section\s|objective\s|rec\.|recs?\s|recommendation\s|guiding\s|para|§|¶|"
    r"p\.|pp\.|pages?\s|PDF\s|(?:foot)?note\s|OPA\b|PO\b)(.*)$",
    re.I,
)


def unwrap(text: str) -> str:
    """``text`` without brackets that enclose all of it."""
    pairs = {"(": ")", "[": "]", "<": ">"}
    while text[:1] in pairs and text.rstrip(".,;").endswith(pairs[text[0]]) and _closes_last(text):
        text = text.rstrip(".,;")[1:-1].strip()
    return text


def _closes_last(text: str) -> bool:
    """Whether the bracket that opens ``text`` is closed only at its end."""
    depth = 0
    body = text.rstrip(".,;")
    for at, char in enumerate(body):
        depth += (char in "([<") - (char in ")]>")
        if depth == 0:
            return at == len(body) - 1
    return False


def pieces(text: str) -> Iterable[str]:
    """The comma-separated pieces; "Recollection p. 17" and "p. 17 of the Recollection" are two each."""
    for piece in split_top(text, ","):
        dated = re.fullmatch(r"([^⟦]+?)\s*[(\[]?(⟦[\d-]+⟧)[)\]]?", piece)
        if read_piece(piece) is not None:
            yield piece
        elif dated:
            yield from dated.groups()
        else:
            yield from _two(piece)


def _two(piece: str) -> Iterable[str]:
    of = _OF_DOCUMENT.match(piece)
    if of and read_piece(of.group(1)) is not None:
        yield of.group(2)
        yield of.group(1)
        return
    glued = _WITHOUT_COMMA.match(piece)
    while glued:
        tail = (glued.group(2) + glued.group(3)).strip()
        if read_piece(tail) is not None:
            yield from _two(glued.group(1))
            yield tail
            return
        inner = _WITHOUT_COMMA.match(tail)
        if inner is None:
            break
        yield from _two(glued.group(1))
        yield from _two(tail)
        return
    yield piece
