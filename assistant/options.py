"""What an option asks and of whom: the operative verb it begins with and the addressees it names."""

from __future__ import annotations

import re

_ADVERBS = frozenset(
    "also further actively better fully jointly systematically effectively meaningfully".split()
)
_NOT_VERBS = frozenset(
    "as at by for from given in on the this to with within under through when while where a an all both any each "
    "policies migrants businesses governments states".split()
)
_ACTORS = (
    r"destination countries|countries of (?:origin|destination|transit)(?:(?:,| and) (?:origin|destination|transit))*|"
    r"origin, transit and destination countries|member states|states|governments?|national legislatures|"
    r"(?:national and )?local (?:and national )?authorities|local governments|public authorities|"
    r"employers(?:[’'] organi[sz]ations)?|workers[’'] and employers[’'] organi[sz]ations|trade unions|businesses|"
    r"(?:the )?private sector|banks|financial institutions|recruiters|recruitment agencies|"
    r"civil society(?: organi[sz]ations)?|diaspora (?:organi[sz]ations|actors)|migrant associations|"
    r"migrant organi[sz]ations|academia|(?:the )?media|consular officers|international organi[sz]ations|"
    r"relevant government agencies|relevant ministries|parliamentarians"
)
_ACTOR = re.compile(rf"\b(?:{_ACTORS})\b", re.IGNORECASE)


def operative_verb(text: str) -> str | None:
    """The verb an option begins with, capitalised as printed; None where it does not begin with one.

    >>> operative_verb("Further promote fair recruitment initiatives")
    'Promote'
    >>> operative_verb("As part of efforts to tackle xenophobia, adopt and implement legislation") is None
    True
    """
    for word in re.findall(r"[A-Za-z-]+", text)[:3]:
        if word.lower() in _ADVERBS:
            continue
        if word.lower() in _NOT_VERBS or word.lower().endswith("ing"):
            return None
        return str(word).capitalize()
    return None


def addressees(text: str) -> str | None:
    """The actors an option names, as printed, in order, each once, joined by semicolons; None if it names none.

    >>> addressees("Encourage destination countries to cooperate with countries of origin.")
    'destination countries; countries of origin'
    """
    found = dict.fromkeys(m.group().strip() for m in _ACTOR.finditer(text))
    return "; ".join(found) or None
