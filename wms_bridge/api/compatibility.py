"""Whether callers of an earlier contract are served as before by a later one.

What callers send may become less strict, and what they are answered more so, never the other way
round. Words (summaries, descriptions) are free. A change this module cannot judge is a break.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_METHODS = ("get", "put", "post", "patch", "delete")
_WORDS = frozenset({"title", "description", "default", "examples", "example", "deprecated"})
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_REF = "#/components/"


def breaks(before: Schema, now: Schema) -> list[str]:
    """Every change from ``before`` to ``now`` (OpenAPI 3.1) that breaks a caller, each in a line
    that names the place."""
    return list(dict.fromkeys(_Comparison(before, now).paths()))


class _Comparison:
    def __init__(self, before: Schema, now: Schema):
        self._before = before
        self._now = now
        self._seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        now_paths = {_nameless(path): methods for path, methods in self._now["paths"].items()}
        for path, methods in self._before["paths"].items():
            found = now_paths.get(_nameless(path))
            if found is None:
                yield f"{path}: removed"
                continue
            for method in _METHODS:
                if method not in methods:
                    continue
                place = f"{method.upper()} {path}"
                if method not in found:
                    yield f"{place}: removed"
                else:
                    yield from self._operation(place, methods[method], found[method])

    def _operation(self, place: str, before: Schema, now: Schema) -> Iterator[str]:
        yield from self._parameters(place, before, now)
        yield from self._body(place, before.get("requestBody"), now.get("requestBody"))
        answers = now.get("responses", {})
        for status, answer in before.get("responses", {}).items():
            if status not in answers:
                yield f"{place}: answer {status} removed"
                continue
            where = f"{place} answer {status}"
            yield from self._content(
                where, self._old(answer), self._new(answers[status]), sent=False
            )

    def _parameters(self, place: str, before: Schema, now: Schema) -> Iterator[str]:
        old, new = _parameters(before), _parameters(now)
        for key, parameter in old.items():
            where = f"{place} {key[0]} parameter {key[1]}"
            if key not in new:
                yield f"{where}: removed"
                continue
            if new[key].get("required") and not parameter.get("required"):
                yield f"{where}: now required"
            yield from self._schema(where, parameter["schema"], new[key]["schema"], sent=True)
        for key, parameter in new.items():
            if key not in old and parameter.get("required"):
                yield f"{place} {key[0]} parameter {key[1]}: new, and required"

    def _body(self, place: str, before: Schema | None, now: Schema | None) -> Iterator[str]:
        if before is None:
            if now is not None and now.get("required"):
                yield f"{place} body: now required"
            return
        if now is None:
            yield f"{place} body: removed"
            return
        if now.get("required") and not before.get("required"):
            yield f"{place} body: now required"
        yield from self._content(f"{place} body", before, now, sent=True)

    def _content(self, place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
        found = now.get("content", {})
        for kind, media in before.get("content", {}).items():
            if kind not in found:
                yield f"{place}: media type {kind} removed"
            else:
                old, new = media.get("schema", {}), found[kind].get("schema", {})
                yield from self._schema(place, old, new, sent=sent)

    def _schema(self, place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
        names = (str(before.get("$ref", "")), str(now.get("$ref", "")))
        if all(names):
            if (*names, sent) in self._seen:
                return
            self._seen.add((*names, sent))
        before, now = self._old(before), self._new(now)
        if _bare(before) == _bare(now) and "$ref" not in str(before):
            return
        old, new = _branches(before), _branches(now)
        if len(old) > 1 or len(new) > 1:
            yield from self._union(place, old, new, sent=sent)
            return
        yield from _types(place, before, now, sent=sent)
        yield from _values(place, before, now, sent=sent)
        yield from _bounds(place, before, now, sent=sent)
        yield from self._fields(place, before, now, sent=sent)
        yield from self._items(place, before, now, sent=sent)

    def _union(
        self, place: str, old: list[Schema], new: list[Schema], *, sent: bool
    ) -> Iterator[str]:
        """Every branch that must still be there has one in the other document that fits it."""
        needed, offered = (old, new) if sent else (new, old)
        for one in needed:
            fits = any(not list(self._pair(place, one, other, sent=sent)) for other in offered)
            if not fits:
                word = "no longer taken" if sent else "new in the answer"
                yield f"{place}: {_name(one)} {word}"

    def _pair(self, place: str, needed: Schema, offered: Schema, *, sent: bool) -> Iterator[str]:
        old, new = (needed, offered) if sent else (offered, needed)
        inner = _Comparison(self._before, self._now)
        inner._seen = set(self._seen)
        return inner._schema(place, old, new, sent=sent)

    def _fields(self, place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
        old, new = before.get("properties", {}), now.get("properties", {})
        needed_before, needed = set(before.get("required", ())), set(now.get("required", ()))
        for name, schema in old.items():
            where = f"{place}.{name}"
            if name not in new:
                if not sent or now.get("additionalProperties") is False:
                    yield f"{where}: removed"
                continue
            yield from self._schema(where, schema, new[name], sent=sent)
            if sent and name in needed - needed_before:
                yield f"{where}: now required"
            if not sent and name in needed_before - needed:
                yield f"{where}: no longer always there"
        if sent:
            for name in sorted(needed - set(old)):
                yield f"{place}.{name}: new, and required"
            if now.get("additionalProperties") is False is not before.get("additionalProperties"):
                yield f"{place}: other fields are no longer taken"

    def _items(self, place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
        for name, mark in (("items", "[]"), ("additionalProperties", "{}")):
            old, new = before.get(name), now.get(name)
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                yield from self._schema(f"{place}{mark}", old, new, sent=sent)
        old_places, new_places = before.get("prefixItems", ()), now.get("prefixItems", ())
        if len(old_places) != len(new_places):
            yield f"{place}: another number of places"
        for number, (old, new) in enumerate(zip(old_places, new_places, strict=False)):
            yield from self._schema(f"{place}[{number}]", old, new, sent=sent)

    def _old(self, schema: Schema) -> Schema:
        return _resolved(self._before, schema)

    def _new(self, schema: Schema) -> Schema:
        return _resolved(self._now, schema)


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document["components"]
        for part in str(schema["$ref"]).removeprefix(_REF).split("/"):
            found = found[part]
        schema = found
    return schema


def _nameless(path: str) -> str:
    """The path without the names of its parameters: they are not part of what is sent."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _parameters(operation: Schema) -> dict[tuple[str, str], Schema]:
    """Parameters by where and name; those in the path by their place."""
    found: dict[tuple[str, str], Schema] = {}
    for number, one in enumerate(operation.get("parameters", ())):
        name = f"{number + 1}" if one["in"] == "path" else one["name"].lower()
        found[one["in"], name] = one
    return found


def _branches(schema: Schema) -> list[Schema]:
    return list(schema.get("anyOf") or schema.get("oneOf") or [schema])


def _types(place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
    old, new = before.get("type"), now.get("type")
    if old == new:
        return
    wider = (new is None) if sent else (old is None)
    ordered = (old, new) if sent else (new, old)
    if not wider and ordered != ("integer", "number"):
        yield f"{place}: type {old or 'any'} became {new or 'any'}"


def _values(place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
    old, new = _listed(before), _listed(now)
    if sent and new is not None:
        if old is None:
            yield f"{place}: now only some values are taken"
        for value in sorted((old or set()) - new):
            yield f"{place}: value {value} no longer taken"
    if not sent and old is not None:
        if new is None:
            yield f"{place}: now any value may be answered"
        for value in sorted((new or set()) - old):
            yield f"{place}: value {value} is new in the answer"
        for value in sorted(old - (new if new is not None else old)):
            yield f"{place}: value {value} removed"


def _bounds(place: str, before: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
    for names, tighter in ((_LEAST, 1), (_MOST, -1)):
        for name in names:
            old, new = before.get(name), now.get(name)
            if old == new or (old if not sent else new) is None:
                continue
            change = None if old is None or new is None else (new - old) * tighter
            if sent and (change is None or change > 0):
                yield f"{place}: {name} {old} became {new}"
            if not sent and (change is None or change < 0):
                yield f"{place}: {name} {old} became {new}"
    for name in ("pattern", "format"):
        old, new = before.get(name), now.get(name)
        if old != new and (new if sent else old) is not None:
            yield f"{place}: {name} {old} became {new}"


def _listed(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("type", "any"))).rpartition("/")[2]


def _bare(schema: Any) -> Any:
    """The schema without words."""
    if isinstance(schema, Mapping):
        fields = {"properties": {n: _bare(one) for n, one in schema.get("properties", {}).items()}}
        return fields | {
            name: _bare(value)
            for name, value in schema.items()
            if name not in _WORDS and name != "properties"
        }
    return [_bare(value) for value in schema] if isinstance(schema, list) else schema
