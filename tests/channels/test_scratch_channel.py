"""A channel is one class in one file: an add-on of sixty lines is installed, works, and goes again.

Its add-on is never offered to users: it lies outside the folder where Odoo looks for the project's own.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from provision import databases, everything, paths

HERE = Path(__file__).parent
NAME = "collection_ruler_pigeon"
CONTRACT = paths.ROOT / "collection_ruler" / "tests" / "test_channel_contract.py"
LINES = 60

PLAN_AND_UNINSTALL = """
ruler = env['collection.ruler'].search([('state', '!=', 'draft')], limit=1) or env.ref(
    'collection_ruler.collection_ruler_default')
ruler.step_ids = [(0, 0, {'name': 'Coo', 'offset_days': 200, 'channel': 'pigeon'})]
partner = env['res.partner'].create({'name': 'Ana Example', 'city': 'Dublin'})
debtor = env['collection.debtor'].create({'partner_id': partner.id, 'company_id': ruler.company_id.id})
env['collection.followup'].create({
    'debtor_id': debtor.id, 'company_id': ruler.company_id.id, 'ruler_id': ruler.id,
    'step_id': ruler.step_ids.filtered(lambda s: s.name == 'Coo').id, 'step_name': 'Coo',
    'channel': 'pigeon', 'state': 'planned',
    'scheduled_at': '2026-01-05 10:00:00', 'currency_id': ruler.company_id.currency_id.id})
env.cr.commit()
env['ir.module.module'].search([('name', '=', 'collection_ruler_pigeon')]).button_immediate_uninstall()
"""
FLY = """
partner = env['res.partner'].create({'name': 'Ana Example', 'city': 'Dublin'})
company = env['collection.ruler'].search([], limit=1).company_id
debtor = env['collection.debtor'].create({'partner_id': partner.id, 'company_id': company.id})
message = env['mail.message'].create({'model': 'collection.debtor', 'res_id': debtor.id, 'body': 'Coo'})
followup = env['collection.followup'].create({
    'debtor_id': debtor.id, 'company_id': company.id, 'step_name': 'Fly', 'channel': 'pigeon',
    'state': 'queued', 'scheduled_at': '2026-01-05 10:00:00', 'currency_id': company.currency_id.id,
    'mail_message_id': message.id})
letter = env['pigeon.letter'].create(
    {'followup_id': followup.id, 'message_id': message.id, 'roost': 'Dublin'})
env.cr.commit()
letter.has_left  # from here on this transaction has its snapshot
letter._fly()
env.cr.commit()
env.invalidate_all()
assert (followup.state, letter.exists().has_left) == ('cancelled', True), (followup.state, letter)
print('it stays')
"""
LOOK = """
followup = env['collection.followup'].search([('step_name', '=', 'Coo')])
assert followup.state == 'planned' and not followup.step_id, (followup.state, followup.step_id)
assert not env['collection.ruler.step'].search([('name', '=', 'Coo')])
assert followup._channel()._name == 'collection.channel'
followup.display_name, followup.state_text
env['collection.send']._batch(followup.company_id, followup.ids)
assert (followup.state, followup.reason) == ('cancelled', 'gone'), (followup.state, followup.reason)
print('it is gone')
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """(Odoo that finds the add-on too, a database in which it is installed)"""
    odoo = everything.ensure()
    home = tmp_path_factory.mktemp("scratch")
    (home / "data").symlink_to(odoo.home / "data")
    folders = ",".join(map(str, (*odoo.source.addons, paths.ROOT, HERE)))
    own = replace(odoo, home=home, settings=(("addons_path", folders),))
    own.configure()
    store = databases.Databases(odoo)
    short = f"t_scratch_{os.getpid()}"
    with paths.exclusive():
        store.ensure_tests()
        database = store.copy("t_tests", short)
    install = own.command("-d", database, "-i", NAME, "--stop-after-init", "--no-http")
    subprocess.run([*install, "--log-level", "warn"], env=own.environment(), check=True)
    yield own, database
    store.drop(short)


def shell(own, database, code):
    command = own.command("shell", "-d", database, "--no-http", "--log-level", "warn")
    done = subprocess.run(
        command, env=own.environment(), input=code, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done.stdout


def test_it_is_short():
    code = (HERE / NAME / "pigeon.py").read_text().splitlines()
    assert len(code) <= LINES


def test_the_contract_holds_and_both_doors_let_it_pass(scratch):
    own, database = scratch
    targets = [CONTRACT, HERE / NAME / "tests" / "test_pigeon.py"]
    command = [sys.executable, "-m", "pytest"]
    options = [f"--odoo-database={database}", f"--odoo-config={own.home / 'odoo.conf'}"]
    done = subprocess.run(
        [*command, *options, *map(str, targets)],
        cwd=paths.ROOT,
        env={**own.environment(), "PYTHONPATH": str(paths.LIB)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout


def test_a_queue_disposes_of_its_own_rows(scratch):
    """Door 2 asks beside the queue's transaction: what it took back there, the queue could not write here."""
    own, database = scratch
    assert "it stays" in shell(own, database, FLY)


def test_uninstalled_it_takes_its_steps_along_and_what_was_planned_is_taken_back(scratch):
    own, database = scratch
    shell(own, database, PLAN_AND_UNINSTALL)
    assert "it is gone" in shell(own, database, LOOK)
