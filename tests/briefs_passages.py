"""The passages that the briefs made by hand quote: where each stands, and what its citation needs."""

from __future__ import annotations

from dataclasses import dataclass

REC, OVERVIEW, BRIEF, REPORT, HUB = (
    "gfmd-thematic-recollection-2017",
    "gfmd-zero-draft-overview-2018",
    "gfmd-dialogue-cluster6-session-brief-2017",
    "gfmd-dialogue-cluster6-summary-report-2017",
    "migration-network-hub-imrf-roundtable1-2022",
)


@dataclass(frozen=True)
class Found:
    """Where a passage of a fixture stands: first and last words as printed, and what a citation needs."""

    local: str
    document: str
    kind: str
    first: str
    last: str
    locator: str
    pages: tuple[int, int] | None = None
    links: tuple[str, ...] = ()
    other: int | None = None
    language: str = "en"
    certain: bool | None = True
    remarks: tuple[str, ...] = ()
    thread: str = ""
    verb: str | None = None
    addressee: str | None = None
    second: tuple[str, str] | None = None


PPD = "http://gfmd.org/pfp/ppd/"
P17 = (17, 17)
FOUND = (
    Found(
        "c2.2.opa.1",
        REC,
        "practical_action",
        "Develop codes of fair and ethical",
        "for recruitment agencies.",
        "Cluster 2, OPA, p. 17",
        P17,
        other=17,
        verb="Develop",
        addressee=None,
    ),
    Found(
        "c2.2.po.1",
        REC,
        "policy_option",
        "Protect women and men migrants through: the adoption of",
        "development effects of migration.",
        "Cluster 2, PO, p. 17",
        P17,
        other=17,
        verb="Protect",
        addressee="women and men migrants",
    ),
    Found(
        "rec.4",
        BRIEF,
        "recommendation",
        "Protection of migrant workers to be prioritized",
        "with private enterprises.",
        "Rec. 4 (2009; 2014-15)",
        verb=None,
    ),
    Found(
        "c2.2.po.3",
        REC,
        "policy_option",
        "Further promote fair recruitment initiatives",
        "design common guidelines.",
        "Cluster 2, PO, p. 17",
        P17,
        verb="Promote",
        addressee="government, civil society, trade unions, business and employers’ organizations",
    ),
    Found(
        "c2.1.po.4",
        REC,
        "policy_option",
        "Reduce worker-paid recruitment fees",
        "recruitment fees.",
        "Cluster 2, PO, p. 15",
        (15, 15),
        other=16,
        verb="Reduce",
    ),
    Found(
        "c2.2.opa.3",
        REC,
        "practical_action",
        "Promote monitoring, licensing and certification",
        "other intermediaries.",
        "Cluster 2, OPA, p. 17",
        P17,
        verb="Promote",
        addressee="recruiters and other intermediaries",
    ),
    Found(
        "c2.2.ex.1",
        REC,
        "practice_example",
        "The **UK Code of Practice for the Ethical",
        "healthcare professionals.*",
        "Cluster 2, Example, p. 17",
        P17,
        links=(PPD + "470",),
        other=None,
    ),
    Found(
        "c2.2.ex.3",
        REC,
        "practice_example",
        "The **International Recruitment Integrity",
        "labor recruiters.*",
        "Cluster 2, Example, p. 17",
        P17,
        links=(PPD + "2347", PPD + "5424"),
        remarks=("Notes 31 and 32 carry the same link, probably a slip in the source.",),
    ),
    Found(
        "c1.3.opa.1",
        REC,
        "practical_action",
        "Pursue more active integration",
        "well-balanced policies\n",
        "Cluster 1, OPA, pp. 11-12",
        (11, 12),
        certain=False,
        verb="Pursue",
        second=("to foster tolerance, integration", "and cultures."),
    ),
    Found(
        "para.17",
        REPORT,
        "paragraph",
        "The session deliberated on how States",
        "ensure their enforcement.",
        "para. 17, p. 4",
        (4, 4),
    ),
    Found(
        "rec.policy.recruitment.3",
        REPORT,
        "recommendation",
        "Adopt codes of conduct for fair",
        "government oversight.",
        "para. 21, policy recommendations, recruitment, p. 5",
        (5, 5),
        verb="Adopt",
    ),
    Found(
        "q3.a1",
        HUB,
        "comment",
        "Ensanchamiento de las vías legales",
        "necesidades proyectadas.",
        "Spanish Commis…, 25 Nov 2021",
        language="es",
        thread="Question 4",
    ),
    Found(
        "q2.a7",
        HUB,
        "comment",
        "Pour les syndicats, comme bonne pratique",
        "fonctionnent difficilement sans moyens)",
        "Fambaye Ndoye, 7 Dec 2021",
        language="fr",
        thread="Question 2",
    ),
    Found(
        "q2.a1",
        HUB,
        "comment",
        "Governments should implement the recommendations set forth",
        "freedom of association, including:",
        "Kate Barth, 3 Dec 2021",
        thread="Question 2",
    ),
)
LAYOUT = {
    "bottom_line": ("c2.2.opa.1", "c2.2.po.1", "rec.4"),
    "mapped": ("c2.2.po.1", "c2.2.opa.1", "c2.1.po.4"),
    "policy_options": ("c2.2.po.1", "c2.2.po.3", "c2.1.po.4"),
    "practical_actions": ("c2.2.opa.1", "c2.2.opa.3", "c1.3.opa.1"),
    "further": ("c2.2.po.3", "c2.2.opa.3"),
    "practice_examples": ("c2.2.ex.1", "c2.2.ex.3"),
    "dialogue": ("rec.4", "para.17", "rec.policy.recruitment.3"),
    "hub": ("q2.a1", "q2.a7", "q3.a1"),
}
