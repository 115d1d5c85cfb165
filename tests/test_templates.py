"""Templates: found, checked, copied, and fenced in."""

from __future__ import annotations

import time
from pathlib import Path

import briefs
import pytest

from assistant.errors import ProblemsError, TemplateError
from assistant.rendering import list_templates, load_template, new_template, render, user_folder

SHIPPED = {
    "briefing-note",
    "objective-summary",
    "talking-points",
    "text-proposals",
    "comparison",
    "annotated-bibliography",
}
HEADER = '{#- gcm-draft\ntitle = "Mine"\nlayout = "kinds"\nsections = ["policy_options"]\n-#}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GCM_DRAFT_CONFIG", str(tmp_path))
    (tmp_path / "templates").mkdir()
    return tmp_path / "templates"


def write(folder: Path, body: str, name: str = "mine", header: str = HEADER) -> str:
    (folder / f"{name}.j2").write_text(header + body, encoding="utf-8")
    return name


def made(folder: Path, body: str) -> str:
    return render(briefs.briefing_note(), "md", template=write(folder, body)).decode()


def test_shipped_templates_are_listed_with_title_and_description(folder):
    found = {t.name: t for t in list_templates()}
    assert set(found) == SHIPPED
    assert all(t.shipped and t.header.title and t.header.description for t in found.values())
    layouts = {name: t.header.layout for name, t in found.items()}
    assert layouts["text-proposals"] == "verbs"
    assert layouts["comparison"] == layouts["annotated-bibliography"] == "documents"
    assert found["briefing-note"].header.sections[0] == "bottom_line"


def test_own_template_starts_as_a_copy_and_renders_in_every_text_format(folder):
    path = new_template("my-note", "talking-points")
    assert path == user_folder() / "my-note.j2"
    assert path.read_text(encoding="utf-8") == load_template("talking-points").source
    template = load_template("my-note")
    assert not template.shipped
    assert not template.hides
    for fmt in ("md", "txt", "html", "docx"):
        assert render(briefs.briefing_note(), fmt, template="my-note")
    with pytest.raises(TemplateError, match="exists already"):
        new_template("my-note")


def test_own_template_hides_a_shipped_one_and_says_so(folder):
    new_template("briefing-note")
    assert load_template("briefing-note").hides
    assert sum(t.hides for t in list_templates()) == 1


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "Ü", "_macros", "x" * 99, "a b"])
def test_names_of_new_templates_are_checked(folder, name):
    with pytest.raises(TemplateError, match="Expected a name"):
        new_template(name)


@pytest.mark.parametrize("name", ["nothing", "../pyproject", "_macros"])
def test_unknown_template_names_the_known_ones(folder, name):
    with pytest.raises(TemplateError, match="briefing-note, comparison"):
        load_template(name)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", r"mine.j2, line 1: expected a header"),
        ("{# gcm-draft\ntitle = \n#}\n", r"mine.j2, line 2: expected TOML"),
        ('{#- gcm-draft\ntitle = "x"\n-#}\n', r"expected 'layout' to be a text, found None"),
        (
            '{#- gcm-draft\ntitle = "x"\nlayout = "rows"\n-#}\n',
            r"one of kinds, verbs, documents, found 'rows'",
        ),
        ('{#- gcm-draft\ntitle = "x"\nlayout = "kinds"\n-#}\n', r"expected sections, some of bottom_line"),
        (
            '{#- gcm-draft\ntitle = "x"\nlayout = "verbs"\nsections = ["nonsense"]\n-#}\n',
            r"unknown sections 'nonsense'",
        ),
        ('{#- gcm-draft\ntitle = "x"\nlayout = "verbs"\ncolour = 1\n-#}\n', r"unknown keys colour"),
        ("{#- gcm-draft\ntitle = 1\nlayout = 2\n-#}\n", r"'title' to be a text, found 1; expected 'layout'"),
    ],
)
def test_faulty_headers_are_named_with_file_and_line(folder, header, said):
    write(folder, "x", header=header)
    with pytest.raises(TemplateError, match=said):
        load_template("mine")
    with pytest.raises(ProblemsError, match=r"mine\.j2"):
        list_templates()


def test_a_template_that_is_no_text_is_named(folder):
    (folder / "mine.j2").write_bytes(HEADER.encode() + b"\xff\xfe")
    with pytest.raises(TemplateError, match=r"mine\.j2, line 6: expected UTF-8"):
        load_template("mine")


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("\n{{ brief.no_such }}", 7, "has no attribute 'no_such'"),
        ("{{ nonsense }}", 6, "'nonsense' is undefined"),
        ("\n\n{% for x in brief.sections %}", 8, "Unexpected end of template"),
        ("{{ brief.question|nonsense }}", 6, "No filter named 'nonsense'"),
        ("{{ 1 / 0 }}", 6, "ZeroDivisionError"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", 6, "calls itself without end"),
        ("{{ ngettext(1) }}", 6, "TypeError"),
    ],
)
def test_errors_name_file_and_line(folder, body, line, said):
    with pytest.raises(TemplateError) as caught:
        made(folder, body)
    assert f"mine.j2, line {line}:" in str(caught.value)
    assert said in str(caught.value)


def test_error_inside_an_own_macro_file_names_that_file(folder):
    (folder / "_own.j2").write_text("{% macro f() %}\n{{ nonsense }}\n{% endmacro %}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"_own\.j2, line 2"):
        made(folder, '{% import "_own.j2" as own %}{{ own.f() }}')


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "other.j2", "..\\secret"])
def test_templates_reach_no_other_files(folder, name):
    (folder.parent / "secret.txt").write_text("secret", encoding="utf-8")
    with pytest.raises(TemplateError, match="asks for"):
        made(folder, f'{{% include "{name}" %}}'.replace("\\", "\\\\"))


ENDLESS = {
    "loops in loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "huge range": "{% for a in range(10**9) %}{% endfor %}",
    "range without operator": "{% for a in range(999999999) %}{% endfor %}",
    "branching macros": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}"
    ),
    "doubling text": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}'
    ),
    "doubling with plus": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}'
    ),
    "doubling lists": (
        "{% set n = namespace(t=[1]) %}{% for i in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}"
    ),
    "doubling by join": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}{% set n.t = [n.t, n.t]|join %}{% endfor %}'
    ),
    "doubling by replace": (
        '{% set n = namespace(t="xxxxxxxx") %}{% for i in range(99) %}'
        '{% set n.t = n.t|replace("x", n.t) %}{% endfor %}'
    ),
    "doubling by blocks": (
        '{% set n = namespace(t="x") %}{% for i in range(99) %}'
        "{% set u %}{{ n.t }}{{ n.t }}{% endset %}{% set n.t = u %}{% endfor %}"
    ),
    "repeated text": '{{ "x" * 1000000000 }}',
    "repeated list": "{{ [1] * 1000000000 }}",
    "power": "{{ 9 ** 99999999 }}",
    "wide format": '{{ "%1000000000d" % 1 }}',
    "wide str.format": '{{ "{:1000000000}".format(1) }}',
    "ljust": '{{ "x".ljust(1000000000) }}',
    "center": '{{ "x"|center(1000000000) }}',
    "flood": (
        "{% for a in range(9999) %}{% for b in range(40) %}{{ brief.sources }}{% endfor %}{% endfor %}"
    ),
    "select in select": (
        "{% for a in range(99999) %}{% for b in range(99999)|list %}{{ range(99999)|sum }}"
        "{% endfor %}{% endfor %}"
    ),
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_templates_are_stopped(folder, body):
    begin = time.perf_counter()
    with pytest.raises(TemplateError, match=r"mine\.j2, line 6"):
        made(folder, body)
    assert time.perf_counter() - begin < 30


PYTHON = {
    "class": "{{ ''.__class__ }}",
    "subclasses": "{{ brief.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ quote.__globals__ }}",
    "self": "{{ cite.__self__.brief }}",
    "init": "{{ _.__func__.__globals__ }}",
    "mutation": "{{ brief.excluded.update({}) }}",
    "attr filter": "{{ brief|attr('__class__') }}",
    "format": "{{ '{0.__class__}'.format(brief) }}",
    "import": "{{ cycler.__init__.__globals__ }}",
}


@pytest.mark.parametrize("body", PYTHON.values(), ids=PYTHON.keys())
def test_templates_reach_no_python(folder, body):
    with pytest.raises(TemplateError, match=r"mine\.j2, line 6"):
        made(folder, body)


def test_data_are_never_templates_and_literals_stay(folder):
    made_text = made(
        folder, "{{ '{{ 1 + 1 }}' ~ ' *x* ' ~ brief.question }}\n\n**{{ 'a' ~ 1 }}** R&D {{ 'R&D' }}"
    )
    assert "{{ 1 + 1 }} \\*x\\* Ethical recruitment" in made_text
    assert "**a1** R&D" in made_text


def test_helpers_of_the_documentation_work(folder):
    text = made(
        folder,
        '{% set s = section("policy_options") %}{{ section_title("gaps") }}|{{ kind_label("comment", 2) }}|'
        '{{ ngettext("%(n)s x", "%(n)s xs", 2) }}|{{ _("Objective %(number)s", number=6) }}|'
        '{{ notes_of(s.items[0].citation.document).text }}|{{ link("http://x.org/*") }}|'
        '{{ label("a*b") }}|{{ other_edition(s.items[0].citation) }}|{{ note(s.items[0].citation) }}|'
        '{{ section("none") is none }}|{{ short(s.items[0], 40) }}',
    )
    assert "Gaps|posts|2 xs|Objective 6|" in text
    assert (
        "|<http://x.org/*>|a\\*b|p. 17 in the edition cited by the GFMD overview|[^1]|True|“Protect" in text
    )
    assert "\n[^1]: GFMD Thematic Recollection 2017, Cluster 2, PO, p. 17;" in text, (
        "the only note read is note 1"
    )


def test_a_template_may_write_its_own_note(folder):
    text = made(folder, "x[^1]\n\n[^1]: my own note")
    assert text.count("[^1]:") == 1


def test_hash_covers_source_and_macros(folder):
    write(folder, "x")
    first = load_template("mine").sha256
    write(folder, "y")
    second = load_template("mine").sha256
    (folder / "_macros.j2").write_text("own macros", encoding="utf-8")
    third = load_template("mine").sha256
    assert len({first, second, third}) == 3
    assert len(first) == 64
