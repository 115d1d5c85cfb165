"""Words for lexical search: the same terms from a question and from a passage, in three languages.

Case and accents are folded, British and American spellings are made one, and words are reduced to their
Snowball stem (Porter 2001) in the language they stand in.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(.{2,})our(s|ed|ing|er|ers|able|al|ite|ites)?$", r"\1or\2"),
        (r"^(.{3,})is(e|es|ed|ing|er|ers|ation|ations|ational)$", r"\1iz\2"),
        (r"^(.+[aeiou])ll(ed|ing|er|ers)$", r"\1l\2"),
        (r"^(def|off|lic|pret)ence(s|d)?$", r"\1ense\2"),
        (r"^(.*program)me(s|d)?$", r"\1\2"),
        (r"^(.*(?:cent|theat|met|lit|fib))re(s|d)?$", r"\1er\2"),
        (r"^(enrol|fulfil|instal)l(s|ment|ments)?$", r"\1\2"),
        (r"^ageing$", "aging"),
        (r"^cheque(s?)$", r"check\1"),
    )
)
_SNOWBALL = {"en": "english", "fr": "french", "es": "spanish"}
STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "a about above after again against all also am an and any are as at be because been before being below "
        "between both but by can could did do does doing down during each few for from further get give had has "
        "have having he her here hers him his how i if in into is it its itself just let like me more most my no "
        "nor not now of off on once only or other our out over own please s same she should so some such t than "
        "that the their theirs them then there these they this those through to too under until up upon us very "
        "was we were what when where which while who whom whose why will with within without would you your "
        "find list show tell say said text texts draft write paragraph brief option options policy policies "
        "example examples practice practices practical action actions recommendation recommendations "
        "migration migrant migrants".split()
    ),
    "fr": frozenset(
        "a afin ai au aux avec c ce ces cet cette ceux comment d dans de des du elle elles en entre est et etre eux "
        "faire font il ils j je l la le les leur leurs lors mais me meme mes moi mon n ne ni nos notre nous on ou "
        "par pas peut peuvent plus pour qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son "
        "sont sur ta tes ton tous tout toute toutes tu un une vers vos votre vous y option options politique "
        "politiques exemple exemples pratique pratiques migration migrations migrant migrants".split()
    ),
    "es": frozenset(
        "a al algo ante antes como con contra cual cuales cuando de del desde donde durante e el ella ellas ellos en "
        "entre era es esa esas ese eso esos esta estan estas este esto estos fue ha hacer han hasta hay la las le "
        "les lo los mas me mi mis muy ni no nos nosotros o otra otras otro otros para pero por porque pueda puede "
        "pueden que quien quienes se ser si sin sobre son su sus tambien te tu tus un una unas uno unos y ya "
        "opcion opciones politica politicas ejemplo ejemplos practica practicas migracion migrante migrantes "
        "migraciones".split()
    ),
}
"""Words that say nothing of a question's subject, folded: grammar, drafting words, and those the whole corpus
is about. They are kept out of lexical matching; the embedder still reads them."""


@functools.lru_cache(maxsize=100_000)
def fold_word(word: str) -> str:
    """Lower case without accents, ligatures or curly apostrophes."""
    # Decomposed before and after: some letters have a small form only once taken apart, and the reverse.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


def unify_spelling(word: str) -> str:
    """A folded word in one of its British and American spellings, the same for both.

    >>> unify_spelling("labour"), unify_spelling("organisation"), unify_spelling("programme")
    ('labor', 'organization', 'program')
    """
    for pattern, replacement in _SPELLINGS:
        word, count = pattern.subn(replacement, word)
        if count:
            break
    return word


@functools.cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(_SNOWBALL.get(language, "english"))


_NO_PLURAL = {
    "fr": frozenset("acces bois corps cours deces fois frais gens mois moins pays poids proces progres recours refus "
                    "repos sens succes temps tiers vers".split()),
    "es": frozenset("analisis bus crisis dosis gas interes lunes mas mes pais sintesis tesis tres virus".split()),
}  # fmt: skip
"""Folded words that end in s and are no plural."""
_SHORTEST_PLURAL = 4


@functools.lru_cache(maxsize=100_000)
def stem(word: str, language: str = "en") -> str:
    """The term of one word: folded, spelling unified (English), stemmed."""
    folded = fold_word(word).removesuffix("'s").replace("'", "")
    folded = unify_spelling(folded) if language == "en" else singular(folded, language)
    return str(_stemmer(language).stemWord(folded))


def singular(word: str, language: str) -> str:
    """A folded French or Spanish word without the ending of its plural.

    Snowball takes "étranger" for a verb and "étrangers" for none, and parts them; so "mujer" and "mujeres".

    >>> singular("etrangers", "fr"), singular("mujeres", "es"), singular("derechos", "es"), singular("pais", "es")
    ('etranger', 'mujer', 'derecho', 'pais')
    """
    if language not in _NO_PLURAL:
        return word
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word in _NO_PLURAL[language]:
        return word
    if language == "es" and word.endswith("es") and word[-3] in "bcdjlnrsyz":
        return word[:-2]
    return word[:-1]


def words(text: str) -> list[str]:
    """The words of a text as written; digits and letters, inner points and apostrophes kept ("10.7")."""
    return _WORD.findall(text)


def terms(text: str, language: str = "en") -> list[str]:
    """The terms of a text in order, without stop words; French and Spanish elisions split off.

    >>> terms("Labour mobility and the ethical recruitment of workers")
    ['labor', 'mobil', 'ethic', 'recruit', 'worker']
    """
    stop = STOP_WORDS.get(language, STOP_WORDS["en"])
    found = []
    for word in words(text):
        parts = re.split(r"['’]", word) if language == "fr" else [word]
        found += [stem(part, language) for part in parts if part and fold_word(part) not in stop]
    return found
