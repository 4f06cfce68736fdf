"""Lesson 5: do they love us; the NPS of those who answered, its interval, groups and waves."""

from __future__ import annotations

from crmlib.words import N_
from crmlib.workshop.exercise import Exercise, Mistake
from crmlib.workshop.lessons import love_figures as figures

NPS = Exercise(
    id="score",
    question=N_("What is the NPS of the survey NPS-2025, in points?"),
    kind="nps",
    expected=lambda lesson: figures.result(lesson).nps,
    mistakes=(
        Mistake(
            name="wrong_score_cut",
            value=lambda lesson: figures.with_bands(lesson, promoter_from=8),
            reason=N_("An 8 was counted as a promoter. Promoters answer 9 or 10; 7 and 8 are passives."),
        ),
        Mistake(
            name="wrong_score_cut",
            value=lambda lesson: figures.with_bands(lesson, detractor_to=5),
            reason=N_("A 6 was counted as a passive. Detractors answer 0 to 6."),
        ),
        Mistake(
            name="mean_for_nps",
            value=lambda lesson: float(figures.answers(lesson)["nps"].mean()),
            reason=N_("This is the mean of the answers. The NPS is the share of promoters less that of detractors."),
        ),
        Mistake(
            name="all_customers",
            value=figures.of_all_asked,
            reason=N_(
                "The denominator holds everybody who was asked. Whoever did not answer is neither promoter nor"
                " detractor, and nobody knows which."
            ),
        ),
        Mistake(
            name="wrong_window",
            value=figures.both_waves,
            reason=N_("Both surveys are mixed. The question asks for NPS-2025."),
        ),
        Mistake(
            name="share_for_points",
            value=lambda lesson: figures.result(lesson).nps / 100,
            reason=N_("This is a share. The NPS is written in points, from -100 to 100: multiply by 100."),
        ),
        Mistake(
            name="not_asked",
            value=figures.promoters,
            reason=N_("This is the share of promoters. The detractors have not been taken off."),
        ),
    ),
    hints=(
        N_("Three bands: 9 and 10, 7 and 8, 0 to 6. Which two of them make the score?"),
        N_('`nps.score(answers["nps"])` counts the bands. Its attribute `nps` is the score.'),
    ),
    why=N_("Promoters less detractors, of those who answered this survey, each with the last answer."),
)

LOW = Exercise(
    id="score_low",
    question=N_("What is the lower end of the 95% interval of this NPS, as the report gives it?"),
    kind="nps",
    expected=lambda lesson: figures.result(lesson).interval.low,
    mistakes=(
        Mistake(
            name="too_sure",
            value=lambda lesson: figures.result(lesson).nps - figures.result(lesson).standard_error,
            reason=N_("One standard error was taken off. A 95% interval needs about two of them."),
        ),
        Mistake(
            name="share_formula",
            value=figures.by_rule_of_thumb,
            reason=N_(
                "The rule of thumb for a single share was used. The NPS is a difference of two shares and scatters more"
                " than that."
            ),
        ),
        Mistake(
            name="all_customers",
            value=figures.by_number_asked,
            reason=N_("The interval was made with the number of those asked. It rests on those who answered."),
        ),
        Mistake(
            name="other_end",
            value=lambda lesson: figures.result(lesson).interval.high,
            reason=N_("This is the upper end of the interval."),
        ),
        Mistake(
            name="not_asked",
            value=lambda lesson: figures.result(lesson).wald.low,
            reason=N_(
                "This is the plain Wald interval. The report gives the adjusted one, which holds better where few have"
                " answered."
            ),
        ),
    ),
    hints=(
        N_("The result of `nps.score` knows its interval."),
        N_("`result.interval` has the two ends `low` and `high`."),
    ),
    why=N_("With so few answers the true score may lie many points lower, or higher; a report says how many."),
)

GAP = Exercise(
    id="usage_gap",
    question=N_(
        "By how many points is the NPS of those who use the product every day above that of all others who answered,"
        " taken together?"
    ),
    kind="nps",
    expected=figures.gap,
    mistakes=(
        Mistake(
            name="mean_of_shares",
            value=figures.from_mean_of_groups,
            reason=N_(
                "The scores of the other groups were averaged. A small group weighs as much in that mean as a large"
                " one: put the answers together first."
            ),
        ),
        Mistake(
            name="part_of_whole",
            value=lambda lesson: figures.by_usage(lesson)[0].nps - figures.result(lesson).nps,
            reason=N_(
                "The group was compared with all who answered, and it is itself among them. So the difference comes out"
                " too small."
            ),
        ),
        Mistake(
            name="other_way_round",
            value=lambda lesson: -figures.gap(lesson),
            reason=N_("The sign is turned round: the question asks by how much the daily users are above the others."),
        ),
        Mistake(
            name="not_asked",
            value=lambda lesson: figures.by_usage(lesson)[0].nps,
            reason=N_("This is the score of the daily users alone. With what is it compared?"),
        ),
    ),
    hints=(
        N_("Two groups only: those who answered “every day”, and everybody else."),
        N_("`nps.score` of the one, `nps.score` of the other, and the first less the second."),
    ),
    why=N_(
        "Two groups without overlap, each scored from its own answers; the interval of this difference can be told."
    ),
)

CHANGE = Exercise(
    id="change_said",
    question=N_("NPS-2024 and NPS-2025 differ. Which sentence do your own figures carry?"),
    kind="choice",
    expected=figures.change_said,
    options=(
        ("a", N_("“The NPS has changed between the two surveys; chance alone hardly explains it.”")),
        ("b", N_("“Whether the NPS has changed cannot be told: the interval of the difference holds zero.”")),
        ("c", N_("“The interval holds zero or nearly so; this proves that the NPS has stayed the same.”")),
        ("d", N_("“The NPS has changed because the customer service has changed.”")),
    ),
    mistakes=(
        Mistake(
            name="without_interval",
            value=lambda lesson: "a" if figures.change_said(lesson) == "b" else "b",
            reason=N_("Look at the interval of the difference of the two scores: does it hold zero or not?"),
        ),
        Mistake(
            name="too_sure",
            value=lambda _: "c",
            reason=N_(
                "That no change can be shown does not show that there is none: the same interval holds changes of many"
                " points."
            ),
        ),
        Mistake(
            name="cause_from_correlation",
            value=lambda _: "d",
            reason=N_("Two surveys show when, not why. Other customers answered, and much else changed meanwhile."),
        ),
    ),
    hints=(
        N_("Two scores, each with an interval of its own, are not enough; ask for the interval of their difference."),
        N_("`nps.difference(now, before).interval` has two ends. Zero between them, or not?"),
    ),
    why=N_("The interval of the difference decides, not the two figures side by side."),
)

EXERCISES = (NPS, LOW, GAP, CHANGE)
