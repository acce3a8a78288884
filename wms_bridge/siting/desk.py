"""The draft of the site file: one for all who work on it, each change upon the version seen.

The floor that runs is never changed by it: a draft becomes the site when the bridge, the fleet and
the worlds are started with its file.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from planner.codec.messages import encode
from planner.codec.sitefile import dump_site, parse_site
from planner.warehouse.errors import InvalidSite, NotFound, TooLate
from planner.warehouse.site import Site
from wms_bridge.access.acting import act
from wms_bridge.access.audit import UNTOLD
from wms_bridge.ports.store import Store
from wms_bridge.records.siting import DraftTold, SiteDraft, SiteFault

MOST_FAULTS = 500
"""Faults told at once."""
_MOST_SHOWN = 200
"""Characters of a value that is told."""


class Problem(Protocol):
    """One thing wrong with a site, as :mod:`planner.roadmap.problem` tells it."""

    @property
    def field(self) -> str: ...

    @property
    def problem(self) -> str: ...

    @property
    def value(self) -> object: ...

    @property
    def remedy(self) -> str: ...


SiteChecker = Callable[[Site], Iterable[Problem]]
"""Everything wrong with a site whose fields are right by themselves."""


def fields_only(_site: Site) -> Iterable[Problem]:
    """A checker that knows no geometry."""
    return ()


class SiteDesk:
    """The running ``site`` and the draft kept in ``store``. ``check`` finds what is wrong with the
    geometry of a site. Safe to call from several threads."""

    def __init__(self, site: Site, store: Store, check: SiteChecker = fields_only):
        self._site = site
        self._store = store
        self._check = check
        self.running_hash = site_hash(site)

    def draft(self) -> DraftTold:
        """The draft, or the running site if there is none."""
        with self._store.reading() as tx:
            return self._told(tx.site_draft())

    def save(self, document: Any, seen: int, now_ms: int) -> DraftTold:
        """Keep a site document as the draft, faults of its geometry included.

        ``seen`` is the version it was drawn upon (0: none). :class:`InvalidSite` if it is no site
        document; :class:`TooLate` if somebody has changed the draft since. The same again by the
        same person is answered and changes nothing.
        """
        site = site_of(document)
        made = act() or UNTOLD
        with self._store.writing() as tx:
            last = tx.site_draft()
            if last and last.version == seen + 1 and (last.site, last.who) == (site, made.who):
                return self._told(last)
            _check_seen(last, seen)
            base = last.base_hash if last and last.site else self.running_hash
            draft = SiteDraft(seen + 1, site, base, made.who, made.why, now_ms)
            tx.put_site_draft(draft)
        return self._told(draft)

    def discard(self, seen: int, now_ms: int) -> DraftTold:
        """Forget the draft of a version. :class:`NotFound` if there is none, :class:`TooLate` if
        somebody has changed it since."""
        made = act() or UNTOLD
        with self._store.writing() as tx:
            last = tx.site_draft()
            if last is None or last.site is None:
                raise _no_draft()
            _check_seen(last, seen)
            gone = SiteDraft(seen + 1, None, "", made.who, made.why, now_ms)
            tx.put_site_draft(gone)
        return self._told(gone)

    def file(self) -> bytes:
        """The site file of the draft. :class:`NotFound` if there is none, :class:`InvalidSite` with
        the first fault if it would not work."""
        with self._store.reading() as tx:
            last = tx.site_draft()
        if last is None or last.site is None:
            raise _no_draft()
        for fault in self.faults(last.site):
            raise InvalidSite(
                fault.problem, field=fault.field, value=fault.value, remedy=fault.remedy
            )
        return dump_site(last.site)

    def check(self, document: Any) -> tuple[SiteFault, ...]:
        """What is wrong with a site document; nothing is kept."""
        try:
            site = site_of(document)
        except InvalidSite as error:
            return (_fault(error),)
        return self.faults(site)

    def faults(self, site: Site) -> tuple[SiteFault, ...]:
        """What is wrong with the geometry of a site, the first :data:`MOST_FAULTS`."""
        found = (_fault(problem) for problem in self._check(site))
        return tuple(fault for fault, _ in zip(found, range(MOST_FAULTS), strict=False))

    def _told(self, draft: SiteDraft | None) -> DraftTold:
        running = self.running_hash
        if draft is None:
            return DraftTold(0, False, self._site, running, running, "", "", 0, ())
        site = draft.site or self._site
        return DraftTold(
            version=draft.version,
            drafted=draft.site is not None,
            site=site,
            base_hash=draft.base_hash or running,
            running_hash=running,
            who=draft.who,
            why=draft.why,
            at_ms=draft.at_ms,
            faults=self.faults(site) if draft.site else (),
        )


def site_hash(site: Site) -> str:
    """SHA-256 (hex) of the file of a site."""
    return hashlib.sha256(dump_site(site)).hexdigest()


def site_of(document: Any) -> Site:
    """The site of a document: :func:`planner.codec.sitefile.parse_site`; :class:`InvalidSite` as
    well if it cannot be written as JSON in UTF-8 (half a surrogate pair)."""
    try:
        raw = encode(document)
    except UnicodeEncodeError as error:
        raise InvalidSite(
            "text that is not Unicode", field="site", remedy="Leave half characters out."
        ) from error
    return parse_site(raw)


def _check_seen(last: SiteDraft | None, seen: int) -> None:
    version = last.version if last else 0
    if seen == version:
        return
    who = f"by {last.who}" if last else "by nobody"
    raise TooLate(
        f"the draft has been changed {who}: it is at version {version}",
        field="version",
        value=seen,
        remedy="Load the draft as it is now, and make your change again.",
    )


def _no_draft() -> NotFound:
    return NotFound("there is no draft", field="draft", remedy="Save one with PUT /v1/site/draft.")


def _fault(problem: Problem) -> SiteFault:
    value = "" if problem.value is None else str(problem.value)
    return SiteFault(problem.field, problem.problem, value[:_MOST_SHOWN], problem.remedy)
