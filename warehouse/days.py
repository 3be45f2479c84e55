"""What kind of day it is in Việt Nam: offices are silent on Sundays, and nearly everybody is at Tết."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cache

BEFORE_TET, AFTER_TET = dt.timedelta(days=4), dt.timedelta(days=8)  # of New Year's Day; the holiday itself is shorter


class DayClass(StrEnum):
    """Days that a portal is expected to treat alike."""

    WORKDAY = "workday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"
    HOLIDAY = "holiday"  # public holidays, days in lieu, and the week around Tết


@cache
def day_class(day: dt.date) -> DayClass:
    """The class of a local day."""
    if day in _quiet_days(day.year):
        return DayClass.HOLIDAY
    return {5: DayClass.SATURDAY, 6: DayClass.SUNDAY}.get(day.weekday(), DayClass.WORKDAY)


@cache
def _quiet_days(year: int) -> frozenset[dt.date]:
    """Public holidays of a year and the days around Tết, which are as quiet."""
    from holidays.countries.vietnam import Vietnam  # a quarter of a second, and only who judges days needs it

    public = Vietnam(years=year, language="en_US")  # type: ignore[no-untyped-call]
    around = AFTER_TET + BEFORE_TET
    tet = [
        new_year - BEFORE_TET + dt.timedelta(days=number)
        for new_year in public.get_named("Lunar New Year", lookup="exact")
        for number in range(around.days + 1)
    ]
    return frozenset({*public, *tet})
