"""What is attached to a message (C3)."""

import base64
from unittest.mock import patch

from odoo.tests import tagged

from .message_case import MessageCase


@tagged("post_install", "-at_install")
class TestAttachment(MessageCase):
    def stored_pdf(self, move):
        """As Odoo stored it when it sent the invoice."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": "INV.pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
                "datas": base64.b64encode(b"%PDF-1.4 as it was first sent"),
                "mimetype": "application/pdf",
            }
        )
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        return attachment

    def test_stored_pdf_is_attached_and_never_rendered_again(self):
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        stored = self.stored_pdf(move)
        with patch.object(
            self.registry["ir.actions.report"],
            "_render_qweb_pdf",
            side_effect=AssertionError("rendered"),
        ):
            (mail,) = self.day("2026-03-02")
        ((name, content, _kind),) = mail["attachments"]
        self.assertEqual(content, b"%PDF-1.4 as it was first sent")
        self.assertTrue(name.endswith(".pdf"))
        message = self.followups()[-1].mail_message_id
        self.assertEqual(message.attachment_ids, stored)

    def test_step_that_attaches_nothing(self):
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.stored_pdf(move)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")  # "Due today" attaches none
        self.assertFalse(mail["attachments"])

    def test_pdfs_are_made_of_all_that_a_message_asks_for(self):
        """Of both that one step is due for, of none that another step spoke about or that is to come (C2)."""
        older = self.invoice("2026-03-04", 100.0, date="2026-03-02")
        asked = [self.invoice("2026-03-09", amount, date="2026-03-02") for amount in (100.0, 50.0)]
        coming = self.invoice("2026-03-30", 100.0, date="2026-03-02")
        self.day("2026-03-06")  # "Forgot?" about the older one
        made = []
        with (
            self.at("2026-03-11 09:00"),
            patch.object(
                self.registry["account.move.send"],
                "_collection_store_pdf",
                lambda _self, move: made.append(move),
            ),
        ):
            self.run_ruler("enrol", "track", "plan")
            send = self.env["collection.send"]
            send._prepare(self.company, send._todo(self.company))
        self.assertCountEqual(made, asked)
        self.assertFalse({older, coming} & set(made))

    def test_one_pdf_per_invoice_asked_for(self):
        for due in ("2026-03-09", "2026-03-09", "2026-03-30"):
            self.stored_pdf(self.invoice(due, 100.0, date="2026-03-02"))
        self.day("2026-03-02")
        self.day("2026-03-09")
        (mail,) = self.day("2026-03-11")  # "Forgot?"
        self.assertEqual(len(mail["attachments"]), 2)
