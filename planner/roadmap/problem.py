"""One thing wrong with a site."""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidSite


@dataclass(frozen=True, slots=True)
class SiteProblem:
    """Where it is in the site file (``stations[0].queue_m[2]``), what is wrong, what stood there
    and what to do about it."""

    field: str
    problem: str
    value: object = None
    remedy: str = ""

    @classmethod
    def of(cls, error: InvalidSite) -> "SiteProblem":
        """The problem that an error tells."""
        return cls(error.field, error.problem, error.value, error.remedy)

    def error(self) -> InvalidSite:
        """The same as an exception."""
        return InvalidSite(self.problem, field=self.field, value=self.value, remedy=self.remedy)

    def __str__(self) -> str:
        return str(self.error())
