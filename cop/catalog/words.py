"""What the catalog's choices mean, in words for everybody. Pure."""

STAGES = {
    "potential": "People with a common interest are finding each other; the community isn't running yet.",
    "coalescing": "It has a charter and a facilitator, and the first sessions are taking place.",
    "maturing": "It meets regularly and people from several units take part.",
    "stewardship": "It looks after knowledge that others use and offers its services.",
    "transformation": "It is about to merge, split or close.",
}
"""By stage; the names are Wenger, McDermott and Snyder's (docs/glossary.md)."""

FACILITATOR_ROLES = {"lead": "Lead", "co_facilitator": "Co-facilitator", "backup": "Backup"}
