"""Which grammar a meaning's texts are of, and which of its texts fit a column. Knows no rows and no other columns."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import PlanError
from ...specs import Phrase
from ..domains import Domain

_MANY = 500  # texts: with fewer, a narrow column would say the same again and again
SHORTEST = 6  # characters: no grammar here has a shorter text

# The preferred grammar first; another one where the column is too short for it.
GRAMMARS: Mapping[str, tuple[str, ...]] = {
    "title.film": ("film_title",),
    "work_title": ("film_title",),
    "title.book": ("book_title", "film_title"),
    "title.song": ("song_title",),
    "title.game": ("game_title", "film_title"),
    "text.film": ("film_text", "film_title"),
    "text.review": ("review_middle", "review_middle_first", "review_title_middle"),
    "text.review_title": ("review_title_middle",),
    "product.description": ("product_description", "short_product_description", "general_line"),
    "title.ticket": ("ticket_title",),
    "text.ticket": ("ticket_text", "ticket_title"),
    "title.task": ("task_title",),
    "text.task": ("task_text", "task_title"),
    "name.project": ("project_name",),
    "text.message": ("message_text", "subject"),
    "text.subject": ("subject",),
    "text.reply": ("comment_text", "comment_line"),
    "comment": ("comment_text", "comment_line", "remark", "remark_short", "general_title"),
    "note": ("note_text", "note_line", "remark", "remark_short", "general_title"),
    "text.maintenance_note": ("maintenance_note", "maintenance_note_line"),
    "text.tracking_note": ("tracking_note",),
    "text.performance": ("performance_middle",),
    "text.chat": ("chat_text", "chat_line"),
    "text.customer_note": ("note_text", "note_line", "general_title"),
    "text.delivery_note": ("delivery_note",),
    "text.staff_note": ("staff_note",),
    "text.reason": ("reason_text", "reason_word"),
    "text.log": ("log_text",),
    "text.error": ("error_text",),
    "text.query": ("query_text",),
    "title.article": ("article_title", "general_title"),
    "text.article": ("article_text", "article_title"),
    "text.post": ("post_text", "post_line", "article_title"),
    "title.course": ("course_title",),
    "text.course": ("course_text", "course_title"),
    "title.event": ("event_title",),
    "text.event": ("event_text", "event_title"),
    "title.job": ("job_title_text",),
    "text.job": ("job_text", "job_title_text"),
    "title.property": ("home_title",),
    "text.property": ("home_text", "home_title"),
    "title.question": ("question_text",),
    "text.question": ("question_text",),
    "text.answer": ("answer_text", "answer_line"),
    "text.bio": ("bio_text",),
    "text.symptoms": ("symptom_text",),
    "text.medical_note": ("medical_note", "symptom_text"),
    "text.treatment": ("medical_note", "symptom_text"),
    "text.instructions": ("instruction_text",),
    "text.company": ("company_text", "catch_phrase"),
    "company.catch_phrase": ("catch_phrase",),
    "text.transaction": ("transaction_text",),
    "title.document": ("document_title",),
    "title": ("general_title",),
    "free_text": ("general_text", "general_line", "general_title"),
    "name.warehouse": ("warehouse_name",),
    "name.store": ("store_name",),
    "name.restaurant": ("restaurant_name",),
    "name.hotel": ("hotel_name",),
    "name.hospital": ("hospital_name",),
    "name.school": ("school_name",),
    "name.bank": ("bank_name",),
    "name.group": ("group_name",),
    "name.room": ("room_name",),
    "name.building": ("building_name",),
    "name.location": ("location_name",),
    "name.permission": ("permission_name",),
    "name.dish": ("dish_name",),
    "name.promotion": ("promotion_name",),
    "name.job": ("job_name",),
    "name.file": ("file_name",),
    "name.sensor": ("sensor_name",),
    "device_name": ("sensor_name",),
    "name.playlist": ("playlist_name",),
    "object_name": ("thing_name",),
}


def formless(domain: Domain) -> bool:
    """Whether any text will do that is not too long."""
    return not (domain.form or domain.case or domain.shortest > SHORTEST or domain.json or domain.coded or domain.path)


def phrase_of(name: str, group: str, domain: Domain, wanted: int = 0) -> Phrase | None:
    """The first grammar of the meaning, or else of its group, that has many texts for the column, or else the first
    that has any, but `wanted` different ones at least. None where no grammar is known, or none fits."""
    if not formless(domain):
        return None
    fallback = None
    for meaning in dict.fromkeys((name, group)):
        for one in GRAMMARS.get(meaning, ()):
            spec = Phrase(grammars=(one,), longest=domain.longest)
            try:
                size = spec.size
            except PlanError:
                continue
            if size >= max(wanted, _MANY):
                return spec
            if size >= wanted:
                fallback = fallback or spec
    return fallback
