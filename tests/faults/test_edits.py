"""A manager who edits the ruler while it speaks."""

from datetime import timedelta

import ledger
from office import MORNING

RULER = """
    SELECT res_id FROM ir_model_data WHERE name = 'collection_ruler_default'
       AND module = 'collection_ruler'
"""
STEP = "SELECT id FROM collection_ruler_step WHERE ruler_id = %s AND name->>'en_US' = %s"


def test_a_ruler_edited_in_mid_run_says_nothing_twice_and_forgets_nothing(office):
    """Steps are moved, renamed, deleted and added while messages are planned, written and sent."""
    server = office.serve()
    ((ruler,),) = office.query(RULER)

    def step(name: str) -> list[int]:
        return [number for (number,) in office.query(STEP, [ruler, name])]

    due_today, firm, week_before = map(step, ("Due today", "Firm and polite", "A week before"))
    office.clock.set(MORNING)
    office.go_until(lambda: office.count("planned"))
    server.rpc("collection.ruler.step", "write", due_today, {"offset_days": 1})
    server.rpc("collection.ruler.step", "write", week_before, {"offset_days": -6})
    office.go_until(lambda: len(office.mail.received) >= 5)
    server.rpc("collection.ruler.step", "unlink", firm)
    server.rpc("collection.ruler", "action_pause", [ruler])
    # one may have been under way
    heard = len(office.mail.received) + 1
    office.tick(office.clock.now() + timedelta(minutes=20))
    assert len(office.mail.received) <= heard
    server.rpc(
        "collection.ruler",
        "write",
        [ruler],
        {"step_ids": [(0, 0, {"name": "Call", "offset_days": 3, "channel": "activity"})]},
    )
    server.rpc("collection.ruler", "action_resume", [ruler])
    for day in range(4):
        for hours in (0, 7):
            office.tick(MORNING + timedelta(days=day, hours=hours, minutes=30))
    assert not ledger.broken(office, later=True)
