"""The lessons: the exercises of each, with what is expected, which mistakes are usual, and the hints."""

LESSONS = (
    "reading_an_export", "stages", "where_they_leave", "what_they_are_worth", "do_they_love_us", "did_it_work", "case",
)  # fmt: skip
