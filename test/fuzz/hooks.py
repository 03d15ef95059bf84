"""
What Schemathesis sends is sent as the people of an installation, about what is there, and each refusal must be one that the description lists.

OPDOMAIN_FUZZ_WORLD names a JSON file: `people` (token by role), `ids` (by collection of the API), `away` (codes of what this installation
has not), `faults` (where what was found is written, a JSON object a line).
"""

import json
import os
import threading
import uuid
from collections import Counter, defaultdict
from itertools import cycle

import schemathesis

with open(os.environ["OPDOMAIN_FUZZ_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)
PEOPLE = WORLD["people"]
EVERY_ID = sorted({known for ids in WORLD["ids"].values() for known in ids})
ALLOWED_EACH = 4  # of five requests of an operation, four by somebody with one of its roles
LOCK = threading.Lock()
ASKED: Counter = Counter()
ROTATION: defaultdict = defaultdict(dict)


def in_turn(key, values):
    if key not in ROTATION or ROTATION[key].get("of") != values:
        ROTATION[key] = {"of": values, "turn": cycle(values)}
    return next(ROTATION[key]["turn"])


def caller(operation):
    """Everybody who may, one after another; every fifth time everybody there is."""
    ASKED[operation.label] += 1
    roles = operation.definition.raw.get("x-roles")
    may = [role for role in PEOPLE if role in roles] if isinstance(roles, list) else []
    if not may or ASKED[operation.label] % (ALLOWED_EACH + 1) == 0:
        return in_turn(f"{operation.label} any", list(PEOPLE))
    return in_turn(f"{operation.label} may", may)


def is_id(value):
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def known(name):
    """An id that is there, where the installation has one of the kind; in turn with those of other kinds."""
    ids = WORLD["ids"].get(name) or EVERY_ID
    turn = in_turn(f"ids {name}", [True, True, True, False])
    return in_turn(f"known {name}" if turn else "known", ids if turn else EVERY_ID)


COLLECTIONS = {"person": "people"}


def collection_of(member):
    """`personId` is of `people`, `dataRequestIds` of `data-requests`."""
    noun = member.removesuffix("Ids").removesuffix("Id")
    dashed = "".join(f"-{c.lower()}" if c.isupper() else c for c in noun)
    return COLLECTIONS.get(dashed, f"{dashed}s")


def pointed(value, member=""):
    if isinstance(value, dict):
        return {name: pointed(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [pointed(inner, member) for inner in value]
    return known(collection_of(member)) if is_id(value) else value


@schemathesis.hook
def before_call(context, case, kwargs):
    with LOCK:
        role = caller(case.operation)
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {PEOPLE[role]}"}
        key = case.headers.get("Idempotency-Key")
        if key is not None and 8 <= len(str(key)) <= 128 and str(key).isascii():
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        if case.path_parameters:
            collection = case.path.removeprefix("/api/v1/").split("/")[0]
            case.path_parameters = {
                name: known(collection if name == "id" else collection_of(name)) if is_id(value) else value
                for name, value in case.path_parameters.items()
            }
        if isinstance(case.query, dict):
            case.query = pointed(case.query)
        if isinstance(case.body, (dict, list)):
            case.body = pointed(case.body)


def codes_listed(operation, status):
    """What the description lists for the operation by that status; None where it says nothing of the status."""
    listed = operation.definition.raw["responses"].get(str(status))
    if listed is None:
        return None
    name = listed.get("$ref", "").rsplit("/", 1)[-1]
    return operation.schema.raw_schema["components"]["responses"].get(name, listed).get("x-codes", [])


def fault_of(response, case):
    status = response.status_code
    sent = response.request.method.lower()
    media = (response.headers.get("content-type") or [""])[0].split(";")[0]
    described = sent == case.operation.method.lower()
    if status < 400:
        declared = case.operation.definition.raw["responses"]
        return None if not described or str(status) in declared else "an answer that the description does not name"
    if media != "application/problem+json":
        return "a refusal that is no problem+json"
    if sent == "head":
        return None if status < 500 else "a fault"
    try:
        problem = json.loads(response.content)
    except ValueError:
        return "a refusal that is no JSON"
    code = problem.get("code")
    if problem.get("status") != status:
        return "a refusal that says another status than it has"
    if status >= 500:
        return None if code in WORLD["away"] else "a fault"
    if status == 405:
        allowed = {one.strip().lower() for one in ",".join(response.headers.get("allow") or []).split(",")}
        declared = {one for one in case.operation.schema.raw_schema["paths"][case.operation.path]}
        return None if declared <= allowed and sent not in allowed else "a 405 whose Allow is not what the path has"
    if not described:
        return None
    if code not in (codes_listed(case.operation, status) or []):
        return "a code that the description does not list"
    return None


@schemathesis.check
def refused_as_described(ctx, response, case):
    fault = fault_of(response, case)
    with LOCK:
        entry = {
            "fault": fault,
            "operation": case.operation.label,
            "status": response.status_code,
            "method": response.request.method,
        }
        if fault is not None:
            body = response.request.body
            entry |= {
                "url": str(response.request.url)[:600],
                "body": (body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body))[:1200],
                "answer": response.content.decode("utf-8", "replace")[:600],
            }
        with open(WORLD["faults"], "a", encoding="utf-8") as found:
            found.write(json.dumps(entry) + "\n")
    assert fault is None, fault
