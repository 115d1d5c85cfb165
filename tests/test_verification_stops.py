"""A full stop put where the source's sentence goes on."""

from __future__ import annotations

import pytest

from assistant.corpus import load_shipped
from assistant.verification import read_text, verify

CODES = "Adopt codes of conduct for fair and ethical recruitment"
LOST = "while ensuring government oversight."
STOPS = {
    "the condition is lost": (f"{CODES}.", LOST),
    "a cut that is marked": (f"{CODES} […].", None),
    "no full stop": (CODES, None),
    "the whole sentence": (f"{CODES}, {LOST}", None),
}


@pytest.mark.parametrize(("quote", "lost"), STOPS.values(), ids=STOPS)
def test_a_full_stop_where_the_sentence_goes_on_is_said(quote, lost):
    place = "(GFMD Dialogue Summary Report 2017, para. 21, policy recommendations, recruitment, p. 5)"
    (finding,) = verify(read_text(f"“{quote}” {place}", "note", "md"), load_shipped())
    assert finding.verdict == "ok"
    said = [remark for remark in finding.remarks if "the sentence goes on" in remark]
    assert [lost in remark for remark in said] == ([True] if lost else [])
