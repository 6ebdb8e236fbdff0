"""One template: its questions changed or made, previewed, copied, put away."""

from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, NoReturn

import streamlit as st

from cop.choices import SurveyKind
from cop.errors import Conflict
from cop.surveys import office_exports as exports
from cop.surveys import queries
from cop.surveys import template_operations as operations
from cop.surveys.inputs import QuestionInput
from cop.surveys.queries import TemplateDetail
from cop.surveys.starters import Starter
from cop.surveys.typed import TypedQuestions
from cop.ui.address import address_id
from cop.ui.format import label
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, downloads, kept, notice, survey_preview, survey_questions
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.survey_words import told

_DRAFTS = "_survey_templates"
_KINDS = [kind.value for kind in SurveyKind]
_HEAD = ("name", "kind", "purpose")
_LABELS = {"name": "Name", "kind": "Kind", "purpose": "What it is for", "questions": "Questions"}
NEW = "new"
EMPTY = Starter("", SurveyKind.PULSE.value, "", ())
_rounds = count(1)


@dataclass
class _Draft:
    """A template in the making: what it was made of, and what its fields say."""

    base: TemplateDetail | None
    start: Starter
    name: str
    kind: str
    purpose: str
    questions: TypedQuestions
    round: int = field(default_factory=lambda: next(_rounds))

    @classmethod
    def of(cls, start: Starter, base: TemplateDetail | None = None) -> "_Draft":
        questions = TypedQuestions.of(start.questions)
        return cls(base, start, start.name, start.kind, start.purpose, questions)

    @property
    def said(self) -> Starter:
        """What the fields say."""
        return Starter(self.name, self.kind, self.purpose, self.questions.said)

    @property
    def is_changed(self) -> bool:
        return self.said != self.start


def begin(start: Starter) -> NoReturn:
    """Open the form of a new template, filled with this; others that aren't saved yet stay."""
    draft = _Draft.of(start)
    key = f"{NEW}-{draft.round}"
    _drafts()[key] = draft
    go("survey-office", template=key)


def unsaved() -> dict[str, str]:
    """The names of templates with changes that aren't saved, by what stands in their address."""
    return {key: draft.name or "New template" for key, draft in _drafts().items() if draft.is_changed}


def page(key: str) -> None:
    """The template of this number, or a new one."""
    link("survey-office", "All templates", icon=":material/arrow_back:", tab="Templates")
    found = None if key.startswith(NEW) else load(queries.template, template_id=address_id(key))
    draft = _draft(key, found)
    name = f"template:{draft.round}"
    kept.gather(name, draft, _HEAD)
    survey_questions.gather(name, draft.questions)
    st.header(plain(found.name) if found else "New template", anchor=False)
    if found:
        _care(found)
    edit, preview = st.tabs(["Questions", "Preview"], key="part", bind="query-params", on_change="rerun")
    if edit.open:
        with edit:
            _edit(Form(name), draft)
    if preview.open:
        with preview:
            survey_preview.show(draft.questions.said)


def _drafts() -> dict[str, _Draft]:
    return st.session_state.setdefault(_DRAFTS, {})  # type: ignore[no-any-return]


def _draft(key: str, found: TemplateDetail | None) -> _Draft:
    """The draft that there is; a new one where there is none, or where an untouched one was overtaken."""
    draft = _drafts().get(key)
    if draft is None or (found and draft.base != found and not draft.is_changed):
        start = _start(found) if found else EMPTY
        draft = _drafts()[key] = _Draft.of(start, found)
    return draft


def _start(found: TemplateDetail) -> Starter:
    return Starter(found.name, found.kind, found.purpose, found.questions)


def _care(found: TemplateDetail) -> None:
    """A wave of it, another like it, its end, its questions to take along."""
    if found.archived:
        st.caption("Archived: no survey is made of it any more.")
    form = Form(f"shelve_template:{found.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if not found.archived and found.kind != SurveyKind.SESSION_FEEDBACK:
            link("survey-office", "Make a survey of it", icon=":material/send:", wave="new", of=found.id)
        if st.button("Make another like it", key=form.key("copy"), icon=":material/content_copy:"):
            copied = _start(found)
            begin(Starter(f"{copied.name[:110]} (copy)", copied.kind, copied.purpose, copied.questions))
        if st.button(
            "Restore" if found.archived else "Archive",
            key=form.key("submit"),
            icon=":material/unarchive:" if found.archived else ":material/archive:",
            help=None if found.archived else "No survey is made of it any more. Surveys that there are stay.",
        ):
            _shelve(form, found)
        params = {"template_id": found.id}
        downloads.menu("template", Offer("Questions", exports.template_questions, params, ("template", str(found.id))))


def _shelve(form: Form, found: TemplateDetail) -> None:
    operation = operations.restore_template if found.archived else operations.archive_template
    try:
        done = form.perform(operation, template_id=found.id, version=found.version)
    except Conflict as stale:
        conflict.refuse(form, stale)
        return
    if done:
        notice.say(f"{found.name} is {'restored' if found.archived else 'archived'}.")
        st.rerun()


def _edit(form: Form, draft: _Draft) -> None:
    left, right = st.columns([3, 1])
    with left:
        st.text_input("Name", key=kept.seed(form, "name", draft.name), max_chars=120)
        form.slot("name")
    with right:
        st.selectbox("Kind", _KINDS, format_func=label, key=kept.seed(form, "kind", draft.kind))
        form.slot("kind")
    if draft.kind == SurveyKind.SESSION_FEEDBACK:
        st.caption("Those who came to a session are asked from its page, with the newest template of this kind.")
    st.text_area(
        "What it is for",
        key=kept.seed(form, "purpose", draft.purpose),
        height=80,
        help="Those who are asked read it above the questions.",
    )
    form.slot("purpose")
    survey_questions.edit(form, draft.questions, skills=draft.kind == SurveyKind.SKILL_GAP)
    _saving(form, draft)


def _saving(form: Form, draft: _Draft) -> None:
    version = draft.base.version if draft.base else 0
    with st.container(horizontal=True):
        word = "Save" if draft.base else "Add the template"
        ready = draft.is_changed or draft.base is None
        pressed = st.button(word, type="primary", key=form.key("submit"), disabled=not ready)
        if draft.is_changed:
            with st.popover("Discard changes", icon=":material/undo:", key=form.key("discard")):
                st.write("Forget what isn't saved yet?")
                st.button("Forget it", key=form.key("again"), on_click=_drop, args=(draft,))
    if pressed:
        _save(form, draft, version)
    mine = asdict(draft.said) | {"questions": _lines(draft.questions.said), "kind": label(draft.kind)}
    conflict.show(
        form.key("conflict"),
        _LABELS,
        mine,
        again=lambda now: _save(form, draft, now),
        drop=lambda: _drop(draft),
    )


def _save(form: Form, draft: _Draft, version: int) -> None:
    said = draft.said
    values: dict[str, Any] = {
        "name": said.name,
        "kind": said.kind,
        "purpose": said.purpose,
        "questions": said.questions,
    }
    try:
        if draft.base:
            done = form.perform(operations.edit_template, template_id=draft.base.id, version=version, **values)
        else:
            done = form.perform(operations.add_template, **values)
    except Conflict as found:
        now = found.current | {"questions": _lines(found.current["questions"]), "kind": label(found.current["kind"])}
        conflict.remember(form.key("conflict"), found.with_current(now))
        st.rerun()
    if not done:
        survey_questions.open_faulty(form, draft.questions)
        st.rerun()
    conflict.forget(form.key("conflict"))
    _drop(draft)
    notice.say(f"{said.name} is saved.")
    go("survey-office", template=done.value)


def _lines(questions: tuple[QuestionInput, ...]) -> str:
    return "\n".join(told(question) for question in questions)


def _drop(draft: _Draft) -> None:
    for key in [key for key, one in _drafts().items() if one is draft]:
        del _drafts()[key]
