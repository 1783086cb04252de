"""Rules of the house that a machine can check: about the code itself, read as a syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.machine import MACHINES

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("backend", "cases", "feedback", "reports", "api_schema")
WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "acreate",
    "aupdate", "asave", "adelete",
}  # fmt: skip
RUNS_SQL = {"execute", "executemany", "RunSQL", "copy_expert"}
MOVES = {str(move) for machine in MACHINES.values() for move in machine.moves.values}


def modules() -> list[Path]:
    """Every module of the rooms, as a path from the root."""
    return sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, with the last word of what is called."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id, node


def writes_in_a_door(source: str) -> list[str]:
    return [
        f"{node.lineno}: {name}"
        for name, node in calls(source)
        if name in WRITES and isinstance(node.func, ast.Attribute)
    ]


def sql_put_together(source: str) -> list[str]:
    """Statements that are run with values written into them: an f-string, a sum, `%` or `.format()` of a plain text."""

    def is_put_together(node: ast.expr) -> bool:
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            return any(
                not isinstance(each, ast.Constant) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Call)
            )
        is_format = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        return is_format and isinstance(node.func.value, ast.Constant)

    return [
        f"{node.lineno}: {name}"
        for name, node in calls(source)
        if name in RUNS_SQL and node.args and is_put_together(node.args[0])
    ]


def transitions_called(source: str) -> list[str]:
    """Calls of a transition's method: named as a move, and told who acts and on what day."""
    return [
        f"{node.lineno}: {name}"
        for name, node in calls(source)
        if name in MOVES
        and isinstance(node.func, ast.Attribute)
        and {"actor", "on"} <= {word.arg for word in node.keywords}
    ] + [
        f"{node.lineno}: getattr"
        for name, node in calls(source)
        if name == "getattr" and any(isinstance(arg, ast.Name) and arg.id == "move" for arg in node.args)
    ]


def more_than_ids_in_a_job(source: str) -> list[str]:
    """Arguments of a job other than the address of its function and ids."""

    def is_id(node: ast.expr) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
            return is_id(node.args[0])
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        return name in ("pk", "id", "public_id") or name.endswith("_id")

    return [
        f"{node.lineno}: {ast.unparse(argument)}"
        for name, node in calls(source)
        if name == "async_task"
        for argument in [*node.args[1:], *(word.value for word in node.keywords)]
        if not is_id(argument)
    ]


def is_door(path: Path) -> bool:
    return {"api", "web"} & set(path.parts[:-1]) != set() or path.name in ("api.py", "web.py")


def found(search: object, paths: list[Path]) -> list[str]:
    assert callable(search)
    return [f"{path}:{each}" for path in paths for each in search((ROOT / path).read_text())]


def test_a_door_writes_nothing_itself() -> None:
    doors = [path for path in modules() if is_door(path)]

    assert len(doors) > 15
    assert found(writes_in_a_door, doors) == []


def test_no_statement_is_put_together_from_values() -> None:
    """Text that is put together from our own constants is set apart here, each with its reason."""
    elsewhere = [
        path
        for path in modules()
        if path.parts[:2] != ("backend", "database")  # makes databases and roles, whose names no parameter can carry
        and path != Path("cases/machine.py")  # writes the trigger from the machines
        and "migrations" not in path.parts
    ]
    own_constants = {"cases/history/services.py": "LOCK_SECONDS"}

    for line in found(sql_put_together, elsewhere):
        path, number, _ = line.split(":", 2)
        assert path in own_constants, line
        assert own_constants[path] in (ROOT / path).read_text().splitlines()[int(number) - 1], line


def test_transitions_are_called_through_one_door() -> None:
    # The door; the machine as data, which asks; and what makes a move on a copy in memory, to see what it would cause.
    allowed = {Path("cases/services/transitions.py"), Path("cases/machine.py"), Path("cases/foresight.py")}

    assert found(transitions_called, [path for path in modules() if path not in allowed]) == []
    assert transitions_called((ROOT / "cases/services/transitions.py").read_text()) != []


def test_jobs_are_given_ids_and_nothing_else() -> None:
    assert found(more_than_ids_in_a_job, modules()) == []
    assert any("async_task" in (ROOT / path).read_text() for path in modules())


BANNED = {
    r"fields\s*=\s*[\"']__all__[\"']": [],
    r"\bmark_safe\b": [],
    r"\|\s*safe\b": [],
    r"\bautoescape\s+off\b": [],
    r"\.extra\(": [],
    r"\bRawSQL\b": [],
    r"\bcsrf_exempt\b": [],
    r"\bpickle\b": [],
    r"\beval\(|\bexec\(": [],
    r"django\.db\.models\.signals|@receiver\b": [],
    r"\bAllowAny\b": [],
}


@pytest.mark.parametrize(("pattern", "allowed"), BANNED.items(), ids=BANNED.keys())
def test_what_is_banned_is_nowhere(pattern: str, allowed: list[str]) -> None:
    files = [*modules(), *(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.html"))]

    guilty = {str(path) for path in files if re.search(pattern, (ROOT / path).read_text())}

    assert guilty == set(allowed)


class TestTheRulesThemselves:
    """A rule that finds nothing in bad code would find nothing anywhere."""

    @pytest.mark.parametrize(
        "bad",
        ["case.save()", "Case.objects.create(a=1)", "rows.filter(a=1).update(b=2)", "Case.objects.bulk_create([])"],
    )
    def test_a_write(self, bad: str) -> None:
        assert writes_in_a_door(bad)
        assert not writes_in_a_door("def delete(self): return save(case)")

    @pytest.mark.parametrize(
        "bad",
        [
            'cursor.execute(f"SELECT {name}")', 'cursor.execute("SELECT " + name)', 'cursor.execute("SELECT %s" % name)',
            'cursor.execute("SELECT {}".format(name))', 'migrations.RunSQL(f"DROP {name}")',
        ],
    )  # fmt: skip
    def test_a_statement(self, bad: str) -> None:
        assert sql_put_together(bad)
        assert not sql_put_together('cursor.execute("SELECT %s", [name])')

    @pytest.mark.parametrize("bad", ["case.take(actor=a, on=d)", "getattr(case, move)(actor=a, on=d)"])
    def test_a_transition(self, bad: str) -> None:
        assert transitions_called(bad)
        assert not transitions_called("transitions.perform(move=m, actor=a, at=t)")

    @pytest.mark.parametrize(
        "bad", ['async_task("a.b", case)', 'async_task("a.b", case.reference)', 'async_task("a.b", to=person.email)']
    )
    def test_a_job(self, bad: str) -> None:
        assert more_than_ids_in_a_job(bad)
        assert not more_than_ids_in_a_job('async_task("a.b", case.pk, str(case.public_id), case_id)')
