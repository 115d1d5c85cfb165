"""Words for lexical search: the same terms from a question and from a passage, in three languages.

Case and accents are folded, British and American spellings are made one, and words are reduced to their
Snowball stem (Porter 2001) in the language they stand in.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

_APOSTROPHE = re.compile(r"['’]")
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
ASKING = frozenset(
    "please help suggest suggestion wording bullet bullets tomorrow morning today find list show tell say draft write "
    "text texts paragraph brief".split()
)
"""English words that ask for something, folded."""
GRAMMAR_WORDS: dict[str, frozenset[str]] = {
    "en": ASKING
    | frozenset(
        "need needs tonight monday tuesday wednesday thursday friday want looking something re urgently a "
        "about above after again against all also am an and any are as at be because been before being below "
        "between both but by can could did do does doing down during each few for from further get give had "
        "has have having he her here hers him his how i if in into is it its itself just let like me more "
        "most my no nor not now of off on once only or other our out over own s same she should so some such "
        "t than that the their theirs them then there these they this those through to too under until up "
        "upon us very was we were what when where which while who whom whose why will with within without "
        "would you your said".split()
    ),
    "fr": frozenset(
        "a afin ai ainsi alors apres assez au aucun aucune aujourd aupres aussi aussitot autant autour autre "
        "autres aux avaient avait avant avec avez avoir avons ayant beaucoup besoin bien c ca car ce ceci "
        "cela celle celles celui certain certaine certaines certains ces cet cette ceux chacun chacune chaque "
        "cherche chez combien comme comment contre d dans de deja demain depuis derriere des devant devra "
        "devraient devrait devront dois doit doivent donc donne donnez dont du elle elles en encore ensuite "
        "entre envers environ est et etaient etait etant ete etre eu eue eux faire fait faite faites faits "
        "faudrait faut fera feront fois font hors ici il ils j jamais je jusqu jusque l la laquelle le lequel "
        "les lesquelles lesquels leur leurs libelle libelles loin lors lorsque lui m ma maintenant mais me "
        "meme memes mes mieux moi moins mon n ne ni non nos notamment notre nous on ont ou oui par paragraphe "
        "parce parfois parmi pas pendant peu peut peuvent peux plus plusieurs plutot pour pourquoi pourra "
        "pourraient pourrait pouvant pouvoir presque puis puisque puisse puissent qu quand quant que quel "
        "quelle quelles quelqu quelque quelques quels qui quoi redaction redige rediger redigez rien s sa "
        "sans sauf se selon sera seraient serait seront ses si soi soient soit sommes son sont sous souvent "
        "sur surtout t ta tant tel telle telles tels tes texte ton tous tout toute toutes tres trop trouve "
        "trouver tu un une va vais vers vont vos votre vous y".split()
    ),
    "es": frozenset(
        "a abajo acerca ademas ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli ambas "
        "ambos ante antes apenas aqui arriba asi aun aunque ayudame bajo bastante bien busca busco cada casi "
        "cierta ciertas cierto ciertos como con conmigo consigo contra cual cuales cualquier cualquiera "
        "cuando cuanta cuantas cuanto cuantos cuya cuyas cuyo cuyos dame de debe deben deber deberia deberian "
        "debia del demas dentro desde despues donde durante e el ella ellas ello ellos en entonces entre era "
        "eran es esa esas ese eso esos esta estaba estaban estan estar estas este esten esto estos estoy fue "
        "fueron ha haber habia habian habra hace hacen hacer hacerlo hacia haga hagan hago han hasta hay haya "
        "hayan he hemos hicieron hizo hoy hubiera jamas la las le les lo los luego manana mas me mediante "
        "menos mi mientras mis misma mismas mismo mismos mucha muchas mucho muchos muy nada nadie necesitamos "
        "necesito ni ningun ninguna ningunas ninguno ningunos no nos nosotros nuestra nuestras nuestro "
        "nuestros nunca o otra otras otro otros para parrafo pero poca pocas poco pocos poder podra podria "
        "podrian por porque pueda puedan puede pueden puedo pues que quien quienes quiere quieren quiero "
        "quiza redacta redactar redacte se sea sean segun ser sera seran seria serian si sido siempre siendo "
        "sin sino sobre somos son soy su sus suya suyas suyo suyos tal tales tambien tan tanta tantas tanto "
        "tantos te tendra tendran tener tenga tengan tengo tenia tenian texto tiene tienen toda todas todavia "
        "todo todos tras traves tu tus tuvieron tuvo u un una unas uno unos usted ustedes va van varias "
        "varios vaya veces vez voy y ya".split()
    ),
}
"""Words of grammar and of asking, folded: they tell a language and say nothing of a subject."""
_EVERYWHERE = {
    "en": frozenset(
        "option options policy policies example examples practice practices practical action actions "
        "recommendation recommendations migration migrant migrants".split()
    ),
    "fr": frozenset(
        "option options politique politiques exemple exemples pratique pratiques migration migrations migrant "
        "migrants".split()
    ),
    "es": frozenset(
        "opcion opciones politica politicas ejemplo ejemplos practica practicas migracion migrante migrantes "
        "migraciones".split()
    ),
}
STOP_WORDS: dict[str, frozenset[str]] = {
    language: words | _EVERYWHERE[language] for language, words in GRAMMAR_WORDS.items()
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


_APART = {
    word: words.split()[0]
    for words in (
        "nationality nationalities", "informal informally informality", "positive positives positively",
        "relative relatives", "housing", "university universities", "minority minorities", "importance important",
        "emergency emergencies", "authority authorities", "authorization authorizations authorized authorize",
        "naturalization naturalized", "interns internship internships", "customer customers", "original originally",
        "publication publications", "department departments", "personnel", "experiment experiments experimental",
    )
    for word in words.split()
}  # fmt: skip
"""Folded English words that Snowball would give the stem of another word: nationality with nation, informal with
inform, minorities with minors, emergencies with emerging, authorities with authors."""


@functools.lru_cache(maxsize=100_000)
def stem(word: str, language: str = "en") -> str:
    """The term of one word: folded, spelling unified (English), stemmed."""
    folded = fold_word(word).removesuffix("'s").replace("'", "")
    folded = unify_spelling(folded) if language == "en" else singular(folded, language)
    if language == "en" and folded in _APART:
        return _APART[folded]
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
    found = (_term(part, language) for part in parts(text, language))
    return [term for term in found if term is not None]


def parts(text: str, language: str) -> list[str]:
    """The words of a text as written, French elisions split off.

    >>> parts("l'accueil d’enfants", "fr")
    ['l', 'accueil', 'd', 'enfants']
    """
    if language != "fr":
        return words(text)
    return [part for word in words(text) for part in _APOSTROPHE.split(word) if part]


@functools.lru_cache(maxsize=100_000)
def _term(part: str, language: str) -> str | None:
    """The stem of a word; None for a stop word."""
    stop = STOP_WORDS.get(language, STOP_WORDS["en"])
    return None if fold_word(part) in stop else stem(part, language)
