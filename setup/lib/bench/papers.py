"""Invoice PDFs: what a message with attachments waits for, beside Odoo's own report alone."""

from odoo import api, fields
from odoo.modules.registry import Registry

from .meter import Meter

REPORT = "account.account_invoices"


def run(registry: Registry, meter: Meter, report, count: int, url: str) -> None:
    """Render so many PDFs as the send verb does for messages that wait, and as many by the report.

    :param url: of a server on this database; the pages get their styles from it
    """
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        for key, value in (("web.base.url", url), ("web.base.url.freeze", "True")):
            env["ir.config_parameter"].set_param(key, value)
        followups = env["collection.followup"].search(
            [("channel", "=", "email"), ("state", "in", ("queued", "sent"))],
            limit=count,
            order="id",
        )
        moves = followups.item_ids.move_id
        others = env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("id", "not in", moves.ids)], limit=len(moves) + 1
        )
        followups._replan("due", fields.Datetime.now())
        followups.step_id.attach_invoice = True
        cr.commit()
        render = env["ir.actions.report"].with_context(force_report_rendering=True)._render_qweb_pdf
        render(REPORT, others[-1:].ids)  # templates are compiled before both
        with meter.measure() as floor:
            for move in others[:-1]:
                render(REPORT, move.ids)
        cr.rollback()
        with meter.measure() as figures:
            env["collection.send"]._prepare(env.ref("base.main_company"), followups.ids)
            cr.commit()
        made = moves.filtered("invoice_pdf_report_id")
        if len(made) != len(moves):
            raise RuntimeError(f"{len(made)} of {len(moves)} PDFs were made")
    report("pdf", len(made), figures, floor.wall_s)
