"""Packages keep their order: who may import whom, how large a file may be, and who alone may do what.

Each rule names what does not keep it today. Such an exception has to be true: what keeps the rule by now
is struck from the list, so that the lists only become shorter.
"""

import ast
import re
import sys
from collections import defaultdict
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
BASE = ROOT / "collection_ruler"

# the packages of the base add-on's models, in the order in which they load; each may import those before it
LAYERS = ["common", "company", "ruler", "instalment", "debtor", "followup", "facts", "message"]
LAYERS += ["channels", "doors", "verbs", "runs", "actions", "screens"]

FILE_LINES = 250
FUNCTION_LINES = 40
FILES_OF_A_MODEL = 4


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python(*folders: str) -> list[Path]:
    """The files of all add-ons, but for their tests; of these folders only, if any are named."""
    files = [
        path
        for addon in ADDONS
        for path in sorted(addon.rglob("*.py"))
        if path.relative_to(addon).parts[0] != "tests"
    ]
    return [
        path
        for path in files
        if not folders or path.relative_to(ROOT).parts[1].removesuffix(".py") in folders
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def load(name: str):
    """A module of `dunning/`, read without its package."""
    specification = spec_from_file_location(f"layers_{name}", BASE / "dunning" / f"{name}.py")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def texts(node: ast.AST) -> list[str]:
    """The strings in it, wherever they stand."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def assert_only(found, exceptions) -> None:
    """What was found is just what is excepted today."""
    found, exceptions = set(found), set(exceptions)
    words = "\n  ".join(["breaks the rule:", *sorted(found - exceptions)])
    assert found <= exceptions, words
    words = "\n  ".join(["keeps the rule by now, strike it:", *sorted(exceptions - found)])
    assert exceptions <= found, words


# ----------------------------------------------------------------------
# who may import whom
# ----------------------------------------------------------------------

PURE = {"dateutil", "flufl", "holidays"} | set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", python("dunning"), ids=relative)
def test_what_decides_imports_nothing_of_odoo(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= PURE
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] in PURE
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, "it reaches outside its package"


def imported(path: Path, root: Path = BASE / "models") -> list[tuple[str, ...]]:
    """What a file of the models imports from the models: ("followup", "transitions") and so on."""
    home = (root.parent.name, root.name, *path.relative_to(root).parts[:-1])
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = home[: len(home) - node.level + 1] if node.level else ()
            start += tuple((node.module or "").split(".")) if node.module else ()
            names = [(*start, alias.name) for alias in node.names]
        else:
            continue
        for name in names:
            parts = name[2:] if name[:2] == ("odoo", "addons") else name
            if parts[:2] == (root.parent.name, root.name):
                found.append(parts[2:])
    return found


def test_the_models_are_packages_in_this_order():
    loaded = [name for (name, *_rest) in imported(BASE / "models" / "__init__.py")]
    assert loaded == LAYERS
    folders = {path.parent.name for path in (BASE / "models").glob("*/__init__.py")}
    assert folders == set(LAYERS)
    assert not [path for path in (BASE / "models").glob("*.py") if path.stem != "__init__"]


def test_a_package_uses_only_those_before_it():
    found = set()
    for path in sorted((BASE / "models").glob("*/*.py")):
        own = LAYERS.index(path.parent.name)
        for name in imported(path):
            if name[0] not in LAYERS or LAYERS.index(name[0]) > own:
                found.add(f"{path.parent.name}/{path.name} uses {'.'.join(name)}")
    assert_only(found, LAYERS_TODAY)


def test_each_package_says_what_it_answers():
    packages = [BASE / "models" / name / "__init__.py" for name in LAYERS]
    silent = {path.parent.name for path in packages if not ast.get_docstring(tree(path))}
    assert_only(silent, SILENT_TODAY)


# ----------------------------------------------------------------------
# how large
# ----------------------------------------------------------------------


def sql_lines(function: ast.AST) -> int:
    """Lines inside the texts of the statements that a function gives to `SQL`."""
    statements = [
        argument
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "SQL"
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant)
    ]
    return sum(text.end_lineno - text.lineno for text in statements)


def long_functions(path: Path) -> list[str]:
    """`file::function` of those over the bound; lines inside the text of an SQL statement do not count."""
    return [
        f"{relative(path)}::{node.name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        if node.end_lineno - node.lineno + 1 - sql_lines(node) > FUNCTION_LINES
    ]


def test_no_file_is_long():
    long = {relative(p) for p in python() if len(p.read_text().splitlines()) > FILE_LINES}
    assert_only(long, LONG_FILES_TODAY)


def test_no_function_is_long():
    long = {name for path in python() for name in long_functions(path)}
    assert_only(long, LONG_FUNCTIONS_TODAY)


def models_of(definition: ast.ClassDef) -> list[str]:
    """The models that a class makes or extends; the mixins that it takes along are not among them."""
    given = {}
    for node in definition.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given[node.targets[0].id] = texts(node.value)
    return given.get("_name") or given.get("_inherit", [])


def test_a_model_lies_in_few_files():
    files = defaultdict(set)
    for path in python():
        addon = path.relative_to(ROOT).parts[0]
        for node in ast.walk(tree(path)):
            for model in models_of(node) if isinstance(node, ast.ClassDef) else ():
                files[f"{addon}: {model}"].add(path)
    assert len(files) > 50
    scattered = {name for name, paths in files.items() if len(paths) > FILES_OF_A_MODEL}
    assert_only(scattered, SCATTERED_TODAY)


# ----------------------------------------------------------------------
# one gate of states
# ----------------------------------------------------------------------

LEDGER = {"collection.followup", "collection.followup.item"}
GATE = "collection_ruler/models/followup/collection_gate.py"
# new rows begin in a state, and whoever makes them writes it
MAKERS = "collection_ruler/models/followup/"
WRITE = {"write", "update", "_write"}
MAKE = {"create", "copy"}
UPDATE = re.compile(
    r"\bUPDATE\s+collection_followup(?:_item)?\b(?:(?!\bWHERE\b).)*?\bstate\s*=", re.S
)
INSERT = re.compile(r"\bINSERT\s+INTO\s+collection_followup(?:_item)?\s*\([^)]*\bstate\b", re.S)


class Writing(NamedTuple):
    """Where a state of a follow-up, or of a row of its ledger, is written.

    :param makes: a new row is made, instead of an old one changed
    """

    path: str
    line: int
    makes: bool


@cache
def states() -> frozenset[str]:
    """What a follow-up or a row of its ledger may be."""
    tables = load("states")
    return frozenset(name for name in {*tables.FOLLOWUP, *tables.ITEM} if name)


def may_be_of_the_ledger(value: ast.AST | None, receiver: ast.AST, models: list[str]) -> bool:
    """Whether a state that is written may be one of a follow-up: other models have states, too.

    :param value: what is written; None where it cannot be seen
    :param models: of the class in which it is written
    """
    mine = isinstance(receiver, ast.Name) and receiver.id == "self"
    if mine and models and not {*models} & {*LEDGER, "collection.gate"}:
        return False
    literal = texts(value) if value else []
    return not literal or bool(states().intersection(literal))


def state_in(node: ast.AST) -> ast.AST | None:
    """The value of "state" among the literal dicts in a node."""
    for one in ast.walk(node):
        if isinstance(one, ast.Dict):
            for key, value in zip(one.keys, one.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "state":
                    return value
    return None


def writings_in(code: ast.Module, path: str) -> list[Writing]:
    found = []

    def look(node, models):
        if isinstance(node, ast.ClassDef):
            models = models_of(node)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for target in getattr(node, "targets", None) or [node.target]:
                is_state = isinstance(target, ast.Attribute) and target.attr == "state"
                if is_state and may_be_of_the_ledger(node.value, target.value, models):
                    found.append(Writing(path, node.lineno, False))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, receiver = node.func.attr, node.func.value
            for argument in node.args if name in WRITE | MAKE else ():
                value = state_in(argument)
                if value is not None and may_be_of_the_ledger(value, receiver, models):
                    found.append(Writing(path, node.lineno, name in MAKE))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "write_rows",
            "insert_rows",
        ):
            table, names = node.args[1], node.args[2]
            literal = texts(table)
            if "state" in texts(names) and (not literal or LEDGER.intersection(literal)):
                found.append(Writing(path, node.lineno, node.func.id == "insert_rows"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if UPDATE.search(node.value):
                found.append(Writing(path, node.lineno, False))
            if INSERT.search(node.value):
                found.append(Writing(path, node.lineno, True))
        for child in ast.iter_child_nodes(node):
            look(child, models)

    look(code, [])
    return found


def all_writings() -> list[Writing]:
    return [one for path in python() for one in writings_in(tree(path), relative(path))]


def test_only_the_gate_changes_a_state():
    found = {one.path for one in all_writings() if not one.makes and one.path != GATE}
    assert_only(found, STATES_TODAY)


def test_only_the_ledger_makes_rows():
    found = {one.path for one in all_writings() if one.makes and not one.path.startswith(MAKERS)}
    assert_only(found, MAKERS_TODAY)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("followup.write({'state': 'sent'})", True),
        ("followup.write({'reason': 'due', 'state': state})", True),
        ("followups.state = 'sent' if left else 'failed'", True),
        ("self.create({'state': 'planned'})", True),
        ("write_rows(env, 'collection.followup', ['state'], rows)", True),
        ("SQL('UPDATE collection_followup f SET x = 1, state = %s WHERE f.id = 1', state)", True),
        ("SQL('UPDATE collection_followup_item SET reason = %s WHERE state = 1', state)", False),
        ("SQL('UPDATE collection_followup f SET %s WHERE f.state = 1', gate)", False),
        ("ruler.state = 'paused'", False),
        ("mails.write({'state': 'cancel'})", False),
        ("class X:\n  _name = 'collection.run'\n  def f(self):\n    self.state = state", False),
        ("class X:\n  _inherit = 'collection.followup'\n  def f(self):\n    self.state = s", True),
        ("followup._move_to('sent', reason)", False),
    ],
)
def test_what_counts_as_writing_a_state(code, is_one):
    assert bool(writings_in(ast.parse(code), "x.py")) == is_one


# ----------------------------------------------------------------------
# one list of reasons
# ----------------------------------------------------------------------

# words of other lists as well: triggers, states of follow-ups, rulers, runs, payments, answers of mail
# servers, names of fields; they are reasons only where a reason is meant
SHARED_WORDS = {"due", "paid", "to_approve", "uncertain", "reversed", "blocked", "paused", "ended"}
SHARED_WORDS |= {"gone", "error", "refused"}
# methods that are given a reason, and at which place
TAKE_A_REASON = {"_move_to": 1, "_move_sql": 1, "_settle_items": 1, "_split_items": 1}
TAKE_A_REASON |= {"_cancel": 0, "_replan": 0, "_fail": 0, "_ask_approval": 0, "_drop": 0}
ABOUT_A_REASON = {"reason", "waiting_reason", "because"}
REASON_IN_SQL = re.compile(
    r"\b(?:waiting_)?reason\s*(?:=|!=|<>|(?:NOT\s+)?IN|IS\s+(?:NOT\s+)?DISTINCT\s+FROM)\s*"
    r"(?:\(\s*|CASE\b[^;]*?)?'(\w+)'"
)


@cache
def reasons() -> frozenset[str]:
    return frozenset(str(reason) for reason in load("reason").Reason)


def name_of(node: ast.AST) -> str | None:
    """What an expression is called: `followup.reason` and `reason` are "reason"."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return node.value if isinstance(node, ast.Constant) else None


def meant_as_reasons(node: ast.AST) -> list[ast.AST]:
    """Parts of an expression that stand where a reason is meant."""
    match node:
        case ast.Compare(left=left, comparators=[right]):
            sides = (left, right), (right, left)
            return [other for one, other in sides if name_of(one) in ABOUT_A_REASON]
        case ast.Call(args=args, keywords=keywords):
            found = [one.value for one in keywords if one.arg in ABOUT_A_REASON]
            place = TAKE_A_REASON.get(name_of(node.func))
            if place is not None:
                found += args[place : place + 1]
            if len(args) == 3 and name_of(args[0]) in ABOUT_A_REASON:  # Domain("reason", "=", …)
                found.append(args[2])
            return found
        case ast.Tuple(elts=[field, _, value]) if name_of(field) in ABOUT_A_REASON:
            return [value]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return [value for key, value in pairs if key and name_of(key) in ABOUT_A_REASON]
    return []


def reasons_in(code: ast.Module) -> set[str]:
    """Values of reasons that are written out in a file, as a string or within SQL."""
    found = set()
    for node in ast.walk(code):
        found.update(text for part in meant_as_reasons(node) for text in texts(part))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update({node.value} - SHARED_WORDS)
            found.update(match[1] for match in REASON_IN_SQL.finditer(node.value))
            if " " in node.value:
                found.update(set(re.findall(r"'(\w+)'", node.value)) - SHARED_WORDS)
    return found & reasons()


def test_reasons_are_written_out_in_one_place():
    files = python("models", "wizards", "report", "controllers")
    found = {relative(path) for path in files if reasons_in(tree(path))}
    assert_only(found, REASONS_TODAY)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("followup._cancel('by_hand')", True),
        ("followup._cancel('paid' if paid else 'gone')", True),
        ("items._move_to('planned', 'due')", True),
        ("items._move_to('to_approve', Reason.DUE)", False),
        ("f.reason == 'due'", True),
        ("step.trigger == 'due'", False),
        ("x in ('bounced', 'no_address')", True),
        ("[('reason', 'in', ('refused',))]", True),
        ("[('state', 'in', ('uncertain',))]", False),
        ("{'reason': 'due'}", True),
        ("SQL(\"SELECT FROM t WHERE t.reason IN ('paid', 'gone')\")", True),
        ("SQL(\"SELECT FROM t WHERE t.reason = 'held'\")", True),
        ("SQL(\"SELECT FROM m WHERE m.payment_state = 'blocked' AND m.reason = %s\")", False),
        ("texts = {Reason.BOUNCED: 'It came back.'}", False),
    ],
)
def test_what_counts_as_a_reason(code, is_one):
    assert bool(reasons_in(ast.parse(code))) == is_one


# ----------------------------------------------------------------------
# channels answer for themselves
# ----------------------------------------------------------------------

COMPARED_CHANNEL = re.compile(r"channel\b.*['\"](email|activity|sms|phone|letter)['\"]")


def test_no_channel_is_compared_outside_their_package():
    found = {
        relative(path)
        for path in python("models", "wizards")
        if path.parent != BASE / "models" / "channels"
        for line in path.read_text().splitlines()
        if COMPARED_CHANNEL.search(line)
    }
    assert_only(found, CHANNELS_TODAY)


# ----------------------------------------------------------------------
# what does not keep the rules today
# ----------------------------------------------------------------------

LAYERS_TODAY: set[str] = set()
SILENT_TODAY: set[str] = set()
LONG_FILES_TODAY: set[str] = set()
LONG_FUNCTIONS_TODAY: set[str] = set()
SCATTERED_TODAY: set[str] = set()
STATES_TODAY: set[str] = set()
MAKERS_TODAY: set[str] = set()
REASONS_TODAY: set[str] = set()
CHANNELS_TODAY: set[str] = set()
