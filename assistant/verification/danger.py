"""The words whose change changes what a text commits to: negations, modal verbs, numbers, actors.

Any changed word is reported; these are named in the advice, and no square bracket may exchange the first
three.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def _words(lines: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", lines))


NEGATIONS = _words("""
    not no never nor none neither nothing nobody without cannot non unless except hardly
    ne pas sans jamais aucun aucune ni nunca sin ningún ninguna tampoco jamás
""")
MODALS = _words("""
    shall should may must can could might will would ought need needs
    doit doivent devrait devraient peut peuvent pourrait pourraient
    debe deben debería deberían puede pueden podría podrían
""")
NUMBERS = _words("""
    zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred
    thousand million billion half third quarter first second double all some few many most any each every
    deux trois quatre cinq sept huit neuf dix cent mille dos tres cuatro cinco seis siete ocho nueve diez
""")
ACTORS = _words("""
    state states government governments country countries employer employers worker workers migrant migrants
    refugee refugees agency agencies recruiter recruiters business businesses employee employees union unions
    organization organizations organisation organisations authority authorities stakeholder stakeholders
    society community communities sector diaspora diasporas participant participants delegation delegations
    national nationals citizen citizens child children woman women man men victim victims
    trafficker traffickers origin destination transit gfmd iom ilo un unhcr private public
    état états gouvernement gouvernements employeur employeurs travailleur travailleurs société
    estado estados gobierno gobiernos empleador empleadores trabajador trabajadores
    migrante migrantes sociedad
""")

CLASSES = ("negation", "modal verb", "number or quantity", "actor")


def word_class(word: str) -> str | None:
    """The class of a folded word, or None for a plain word."""
    if word in NEGATIONS or word.endswith("n't"):
        return "negation"
    if word in MODALS:
        return "modal verb"
    if word in NUMBERS or any(char.isdigit() for char in word):
        return "number or quantity"
    return "actor" if word in ACTORS else None


def reverses(source: Iterable[str], note: Iterable[str]) -> bool:
    """Whether exchanging the words adds, drops or exchanges a negation, a modal verb or a number."""

    def binding(found: Iterable[str]) -> Counter[str]:
        return Counter(word for word in found if word_class(word) not in (None, "actor"))

    return binding(source) != binding(note)


def classes(found: Iterable[str]) -> tuple[str, ...]:
    """The classes of ``found``, each once, gravest first."""
    present = {word_class(word) for word in found}
    return tuple(name for name in CLASSES if name in present)
