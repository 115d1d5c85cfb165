"""Countries and migration bodies named in a text, by a plain gazetteer: no guessing, no disambiguation.

A country is recognised by its usual English names and by the adjective of its people ("Guatemalan", "Swiss").
Ambiguous adjectives are left out ("American", "Dominican", "Congolese", "Guinean"), and an adjective that is
also a language counts only where it does not name the language ("in Spanish", "Spanish-speaking"). Names are
those in common use; listing a name says nothing about the status of a territory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# One record is "common name;other names|adjective;people"; records are parted by " / " or a line end.
_COUNTRIES = """
Afghanistan|Afghan;Afghans / Albania|Albanian;Albanians / Algeria|Algerian;Algerians / Andorra|Andorran
Angola|Angolan / Antigua and Barbuda / Argentina|Argentine;Argentinian / Armenia|Armenian;Armenians
Australia|Australian;Australians / Austria|Austrian;Austrians / Azerbaijan|Azerbaijani / Bahamas|Bahamian
Bahrain|Bahraini / Bangladesh|Bangladeshi;Bangladeshis / Barbados|Barbadian / Belarus|Belarusian
Belgium|Belgian;Belgians / Belize|Belizean / Benin|Beninese / Bhutan|Bhutanese / Bolivia|Bolivian;Bolivians
Bosnia and Herzegovina|Bosnian / Botswana / Brazil|Brazilian;Brazilians / Brunei;Brunei Darussalam|Bruneian
Bulgaria|Bulgarian;Bulgarians / Burkina Faso|Burkinabe / Burundi|Burundian
Cabo Verde;Cape Verde|Cape Verdean / Cambodia|Cambodian;Cambodians / Cameroon|Cameroonian
Canada|Canadian;Canadians;Pan-Canadian / Central African Republic / Chad|Chadian / Chile|Chilean;Chileans
China|Chinese / Colombia|Colombian;Colombians / Comoros|Comorian / Congo;Republic of the Congo
Democratic Republic of the Congo;DRC / Costa Rica|Costa Rican;Costa Ricans
Côte d'Ivoire;Côte d’Ivoire;Ivory Coast|Ivorian
Croatia|Croatian;Croatians / Cuba|Cuban;Cubans / Cyprus|Cypriot;Cypriots
Czechia;Czech Republic|Czech;Czechs / Denmark|Danish;Danes / Djibouti|Djiboutian / Dominica
Dominican Republic / Ecuador|Ecuadorian;Ecuadorians / Egypt|Egyptian;Egyptians
El Salvador|Salvadoran;Salvadorans;Salvadorian / Equatorial Guinea / Eritrea|Eritrean;Eritreans
Estonia|Estonian;Estonians / Eswatini;Swaziland|Swazi / Ethiopia|Ethiopian;Ethiopians / Fiji|Fijian;Fijians
Finland|Finnish;Finns / France|French / Gabon|Gabonese / Gambia|Gambian;Gambians
Georgia|Georgian;Georgians / Germany|German;Germans / Ghana|Ghanaian;Ghanaians / Greece|Greek;Greeks
Grenada|Grenadian / Guatemala|Guatemalan;Guatemalans / Guinea / Guinea-Bissau / Guyana|Guyanese
Haiti|Haitian;Haitians / Holy See / Honduras|Honduran;Hondurans / Hungary|Hungarian;Hungarians
Iceland|Icelandic / India|Indian;Indians / Indonesia|Indonesian;Indonesians / Iran|Iranian;Iranians
Iraq|Iraqi;Iraqis / Ireland|Irish / Israel|Israeli;Israelis / Italy|Italian;Italians
Jamaica|Jamaican;Jamaicans / Japan|Japanese / Jordan|Jordanian;Jordanians / Kazakhstan|Kazakh;Kazakhstani
Kenya|Kenyan;Kenyans / Kiribati / Korea|Korean;Koreans / Kosovo|Kosovar / Kuwait|Kuwaiti / Kyrgyzstan|Kyrgyz
Laos;Lao PDR|Laotian / Latvia|Latvian;Latvians / Lebanon|Lebanese / Lesotho / Liberia|Liberian
Libya|Libyan;Libyans / Liechtenstein / Lithuania|Lithuanian;Lithuanians / Luxembourg|Luxembourgish
Madagascar|Malagasy / Malawi|Malawian / Malaysia|Malaysian;Malaysians / Maldives|Maldivian
Mali|Malian;Malians / Malta|Maltese / Marshall Islands|Marshallese / Mauritania|Mauritanian
Mauritius|Mauritian;Mauritians / Mexico|Mexican;Mexicans / Micronesia|Micronesian
Moldova|Moldovan;Moldovans / Monaco / Mongolia|Mongolian / Montenegro|Montenegrin
Morocco|Moroccan;Moroccans / Mozambique|Mozambican / Myanmar / Namibia|Namibian / Nauru|Nauruan
Nepal|Nepali;Nepalese / Netherlands|Dutch / New Zealand|New Zealander;New Zealanders
Nicaragua|Nicaraguan;Nicaraguans / Niger|Nigerien / Nigeria|Nigerian;Nigerians / North Macedonia
Norway|Norwegian;Norwegians / Oman|Omani / Pakistan|Pakistani;Pakistanis / Palau|Palauan
Palestine;State of Palestine|Palestinian;Palestinians / Panama|Panamanian / Papua New Guinea
Paraguay|Paraguayan / Peru|Peruvian;Peruvians / Philippines|Filipino;Filipinos;Philippine
Poland|Polish;Poles / Portugal|Portuguese / Qatar|Qatari / Romania|Romanian;Romanians
Russia;Russian Federation|Russian;Russians / Rwanda|Rwandan;Rwandans / Saint Kitts and Nevis / Saint Lucia
Saint Vincent and the Grenadines / Samoa|Samoan / San Marino / Sao Tome and Principe / Saudi Arabia|Saudi
Senegal|Senegalese / Serbia|Serbian;Serbians / Seychelles / Sierra Leone|Sierra Leonean
Singapore|Singaporean / Slovakia|Slovak;Slovaks / Slovenia|Slovenian / Solomon Islands
Somalia|Somali;Somalis / South Africa|South African;South Africans / South Sudan|South Sudanese
Spain|Spanish / Sri Lanka|Sri Lankan;Sri Lankans / Sudan|Sudanese / Suriname|Surinamese
Sweden|Swedish;Swedes / Switzerland|Swiss / Syria;Syrian Arab Republic|Syrian;Syrians / Tajikistan|Tajik
Tanzania|Tanzanian;Tanzanians / Thailand|Thai;Thais / Timor-Leste|Timorese / Togo|Togolese / Tonga|Tongan
Trinidad and Tobago|Trinidadian / Tunisia|Tunisian;Tunisians / Türkiye;Turkey|Turkish;Turks
Turkmenistan|Turkmen / Tuvalu|Tuvaluan / Uganda|Ugandan;Ugandans / Ukraine|Ukrainian;Ukrainians
United Arab Emirates;UAE|Emirati / United Kingdom;UK;Great Britain|British
United States of America;United States;USA / Uruguay|Uruguayan;Uruguayans / Uzbekistan|Uzbek;Uzbeks
Vanuatu / Venezuela|Venezuelan;Venezuelans / Viet Nam;Vietnam|Vietnamese / Yemen|Yemeni;Yemenis
Zambia|Zambian;Zambians / Zimbabwe|Zimbabwean;Zimbabweans
"""
_BODIES = """
African Union / ASEAN;Association of Southeast Asian Nations / Bali Process
ECLAC;Economic Commission for Latin America and the Caribbean / ECOSOC;Economic and Social Council
ECOWAS;Economic Community of West African States / European Commission / European Union;EU
Global Migration Group;GMG / ICMPD;International Centre for Migration Policy Development
IFAD;International Fund for Agricultural Development
ILO;International Labour Organization;International Labor Organization
IOM;International Organization for Migration
JMDI;UN Joint Migration and Development Initiative;Joint Migration and Development Initiative / KNOMAD
Nansen Initiative / OHCHR;Office of the High Commissioner for Human Rights / Talent Beyond Boundaries
UN Women;UNWomen;UN-Women / UNDESA;UN DESA / UNDP;United Nations Development Programme / UNESCO / UNFPA
UNHCR;United Nations Refugee Agency / UNICEF / UNODC / WHO;World Health Organization / World Bank
"""
_LANGUAGES = {
    "French", "Spanish", "German", "Portuguese", "Italian", "Chinese", "Japanese", "Russian",
    "Dutch", "Greek", "Turkish", "Polish", "Korean", "Thai", "Somali", "Nepali",
}  # fmt: skip
_NOT_COUNTRIES = ("Indian Ocean", "New Mexico", "South China Sea", "Gulf of Guinea", "French Guiana")
_CAPITAL = re.compile(r"(?<!\w)[A-ZÀ-Þ]\w*")


def entities(text: str) -> tuple[str, ...]:
    """Countries and bodies named in ``text`` by their common names, each once, in order of first mention.

    >>> entities("The Guatemalan Government, in cooperation with IOM; in Spanish: Oficial")
    ('Guatemala', 'IOM')
    """
    by_first, found, end = _names_by_first_word(), dict[str, None](), 0
    for match in _CAPITAL.finditer(text):
        start = match.start()
        if start < end:
            continue
        printed = next((p for p in by_first.get(match.group(), ()) if _stands_at(text, p, start)), None)
        if printed is None:
            continue
        end = start + len(printed)
        common = _names()[printed]
        if common and not (printed in _LANGUAGES and _is_language(text, start, end)):
            found.setdefault(common)
    return tuple(found)


def countries() -> tuple[str, ...]:
    """The common names of all countries of the gazetteer, in its order."""
    return tuple(common for common, _ in _records(_COUNTRIES))


def is_country(printed: str) -> bool:
    """True when a name is a country's by one of its printed names."""
    return printed in _country_names()


def _stands_at(text: str, printed: str, start: int) -> bool:
    end = start + len(printed)
    return text.startswith(printed, start) and not text[end : end + 1].isalnum()


def _is_language(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 5) : start], text[end : end + 9]
    return before.endswith(("in ", "In ", "into ")) or after.startswith(
        (" language", "-speaking", " speaking", " version")
    )


def _records(table: str) -> Iterator[tuple[str, list[str]]]:
    """Each record's common name with all its printed forms."""
    for record in table.strip().replace("\n", " / ").split(" / "):
        printed = [name for name in re.split(r"[;|]", record) if name]
        yield printed[0], printed


@cache
def _country_names() -> dict[str, str]:
    return {printed: common for common, forms in _records(_COUNTRIES) for printed in forms}


@cache
def _names() -> dict[str, str]:
    """Printed form to common name; to an empty string for phrases that only look like countries."""
    bodies = {printed: common for common, forms in _records(_BODIES) for printed in forms}
    return {**_country_names(), **bodies, **dict.fromkeys(_NOT_COUNTRIES, "")}


@cache
def _names_by_first_word() -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for printed in sorted(_names(), key=len, reverse=True):
        first = _CAPITAL.match(printed)
        grouped.setdefault(first.group() if first else printed, []).append(printed)
    return grouped
