"""What is said, in which language, as Odoo would say it (C1)."""

import re
from unittest.mock import patch

from odoo import Command
from odoo.addons.mail.models.mail_render_mixin import MailRenderMixin
from odoo.api import model_create_multi
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..models.message.collection_words import PLACEHOLDERS
from .message_case import MessageCase


@tagged("post_install", "-at_install")
class TestWords(MessageCase):
    def test_dates_and_amounts_are_written_as_the_recipient_writes_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        mail, _move = self.due_today()
        self.assertIn("$ 1 234,50", mail["body"].replace("\u202f", " "))
        self.assertIn("9 mars 2026", mail["body"])
        self.assertIn('lang="fr-FR"', mail["body"])

    def test_language_is_the_recipients_not_the_customers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact("collection", lang="fr_FR")
        mail, _move = self.due_today()
        self.assertIn("$ 1 234,50", mail["body"].replace("\u202f", " "))

    def test_subject_and_text_are_translated(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.step("Due today").mail_template_id
        template.with_context(lang="fr_FR").write(
            {"subject": "Échéance {{ object.amount_text }}", "body_html": "<p>Bonjour</p>"}
        )
        self.customer.lang = "fr_FR"
        mail, _move = self.due_today()
        self.assertIn("Échéance", mail["subject"])
        self.assertIn("Bonjour", mail["body"])

    def test_two_languages_in_one_batch_do_not_mix(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["res.partner"].create(
            {"name": "Fleur", "email": "fleur@customer.example.com", "lang": "fr_FR"}
        )
        for partner in (french, self.customer):
            self.invoice("2026-03-09", 1234.5, partner, date="2026-03-02")
        self.day("2026-03-02")
        said = {m["email_to"][0]: m["body"].replace("\u202f", " ") for m in self.day("2026-03-09")}
        self.assertIn("$ 1 234,50", said['"Fleur" <fleur@customer.example.com>'])
        self.assertIn("$ 1,234.50", said['"Ana Example" <ana@customer.example.com>'])

    def test_what_a_customer_wrote_is_text_not_markup(self):
        mail, move = self.due_today(ref='<b>"Eve"</b> & Sons')
        self.assertNotIn('<b>"Eve"</b>', mail["body"])
        self.assertIn("&lt;b&gt;", mail["body"])
        self.assertTrue(move)

    def test_ice_breaker_is_text_and_opens_the_message(self):
        self.invoice("2026-03-09", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        self.debtor().ice_breaker = "How was the <i>concert</i>?"
        (mail,) = self.day("2026-03-09")
        self.assertIn("How was the &lt;i&gt;concert&lt;/i&gt;?", mail["body"])

    def test_bank_details_and_reference(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "IE12BOFI90000112345678", "partner_id": self.company.partner_id.id}
        )
        mail, move = self.due_today()
        self.assertIn("IE12BOFI90000112345678", mail["body"].replace(" ", "").replace("\n", ""))
        self.assertIn(move.payment_reference, mail["body"])

    def test_sender_is_the_company_of_the_debt(self):
        mail, _move = self.due_today()
        self.assertEqual(mail["email_from"], '"Example Guitar School" <office@school.example.com>')
        self.assertIn("catchall@school.example.com", mail["reply_to"])

    def test_bundled_templates_stay_on_the_fast_path(self):
        allowed = self.env["collection.followup"].mail_allowed_qweb_expressions()
        templates = self.env["mail.template"].search([("model", "=", "collection.followup")])
        self.assertGreaterEqual(len(templates), 6)
        for template in templates:
            with self.subTest(template.name):
                self.assertFalse(
                    template._has_unsafe_expression_template_qweb(
                        template.body_html, "collection.followup"
                    )
                )
                used = re.findall(r't-out="([^"]+)"', template.body_html)
                self.assertLessEqual(set(used), set(allowed))

    def test_words_are_filled_in_as_odoo_would(self):
        """We take the words of a message apart once for all; Odoo cleans them for each."""
        self.customer.name = "<b>Eve</b> & Sons"
        self.invoice("2026-03-16", 10.0, date="2026-03-02")
        self.due_today()
        self.day("2026-03-11")
        said = self.followups()
        self.assertGreater(len(said), 1)
        templates = self.env["mail.template"].search([("model", "=", said._name)])
        odd = (
            "<p>Tom & Ana&nbsp;<b t-out='object.customer_name'>nobody</b>,<br>no end"
            '<t t-out="object.customer_vat">no & <t t-out="object.contact_name">such</t>'
            '<t t-out="object.partner_id.name"></t><T t-out="object.ice_breaker" />'
        )
        for source in (*templates.mapped("body_html"), odd, "no markup", "<div>one</div>"):
            with self.subTest(source):
                arguments = templates[0], source, said._name, said.ids
                odoo = MailRenderMixin._render_template_qweb_regex(*arguments)
                ours = type(templates)._render_template_qweb_regex(*arguments)
                self.assertEqual(ours, odoo)

    def test_links_to_ourselves_in_the_words_lead_to_us_from_anywhere(self):
        """Each is made absolute as Odoo would; a body without any is not searched."""
        bodies = [
            '<a href="/my/invoices">yours</a>',
            '<p><img alt="" src="/web/image/1"></p>',
            '<table background="/web/image/1"></table>',
            "<p style=\"background-image: url('/web/image/1')\">",
            '<a href="https://school.example.com/x">ours</a>',
        ]
        template = self.env["mail.template"]
        said = range(1, len(bodies) + 1)
        odoo = [MailRenderMixin._replace_local_links(template, body) for body in bodies]
        self.assertEqual([a == b for a, b in zip(odoo, bodies, strict=True)], [False] * 4 + [True])
        ours = template._render_template_postprocess(
            "collection.followup", dict(zip(said, bodies, strict=True))
        )
        self.assertEqual(ours, dict(zip(said, odoo, strict=True)))

    def test_what_mails_have_beside_our_words_is_what_odoo_gives_to_each(self):
        """The history is written in one statement; each row is what the ORM makes of the same values."""
        # somebody's own default is among them
        self.env["ir.default"].set("mail.message", "is_internal", True)
        self.due_today()
        followup = self.followups(state="sent")[-1:]
        ours = self.env["mail.mail"].search([("collection_followup_id", "=", followup.id)])
        given = {
            "author_id": ours.author_id.id,
            "body_html": ours.body_html,
            "date": ours.date,
            "email_to": ours.email_to,
            "headers": ours.headers,
            "auto_delete": False,
            "is_notification": False,
            "message_type": "email_outgoing",
            "model": "collection.debtor",
            "partner_ids": ours.partner_ids.ids,
            "record_alias_domain_id": ours.record_alias_domain_id.id,
            "record_company_id": ours.record_company_id.id,
            "res_id": followup.debtor_id.id,
            "collection_followup_id": followup.id,
        }
        same = {name: ours[name] for name in ("subject", "email_from", "reply_to", "message_id")}
        odoos = self.env["mail.mail"].create(given | same)
        own = {"id", "mail_message_id", "body", "state", "mail_ids", "create_date", "write_date"}
        for mine, theirs in ((ours, odoos), (ours.mail_message_id, odoos.mail_message_id)):
            names = [n for n, field in mine._fields.items() if field.store and n not in own]
            self.assertGreater(len(names), 12)
            self.assertEqual({**mine.read(names)[0], "id": 0}, {**theirs.read(names)[0], "id": 0})
        self.assertTrue(ours.is_internal)

    def test_an_add_on_has_its_say_in_how_mails_are_made(self):
        """One that overrides `create` is asked, as by Odoo's own mails."""
        Mail = self.registry["mail.mail"]
        made = Mail.create

        @model_create_multi
        def create(records, values):
            return made(records, [{**one, "email_cc": "archive@example.com"} for one in values])

        create.__module__ = "odoo.addons.mail_archive.models.mail_mail"
        with patch.object(Mail, "create", create):
            mail, _move = self.due_today()
        self.assertIn("archive@example.com", str(mail["email_cc"]))

    def test_a_manager_writes_a_message_in_the_menu_and_a_step_says_it(self):
        """The menu shows what a step can be given, and what is written there is such a message."""
        manager = new_test_user(
            self.env,
            "words",
            "base.group_user,account.group_account_manager",
            email="w@example.com",
        )
        env = self.env(user=manager)
        action = env["ir.actions.actions"]._for_xml_id("collection_ruler.collection_message_action")
        domain = safe_eval(action["domain"])
        self.assertEqual(
            domain, safe_eval(env["collection.ruler.step"]._fields["mail_template_id"].domain)
        )
        Template = env["mail.template"].with_context(**safe_eval(action["context"]))
        with Form(Template, "mail.email_template_form") as form:
            form.collection_claim_ids.add(self.env.ref("collection_ruler.claim_nothing"))
            form.name = "Our own words"
            form.subject = "About {{ object.invoice_names }}"
        written = form.record
        self.assertIn(written, Template.search(domain))
        step = self.step("A week before")
        step.mail_template_id = written
        self.assertEqual(step.mail_template_id.model, "collection.followup")

    def reminder(self, *late, today=310.0, **credit):
        """The reminder of what fell due on the ninth, on the day when another invoice falls due."""
        for amount in late:
            self.invoice("2026-03-09", amount, date="2026-03-02")
        self.invoice("2026-03-11", today, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        if credit:
            self.credit_note(credit["credit"], date="2026-03-10")
        (mail,) = self.day("2026-03-11")
        return mail

    def test_an_announcement_of_two_due_dates_does_not_name_one_for_both(self):
        """Due on Saturday and on Sunday, payable on Monday: both are announced a week before that."""
        self.invoice("2026-03-21", 10.0, date="2026-03-02")
        self.invoice("2026-03-22", 20.0, date="2026-03-02")
        (mail,) = self.day("2026-03-16")
        self.assertIn("due from March 21, 2026", mail["body"])
        self.assertTrue(
            mail["subject"].startswith("2 invoices, the oldest due Mar 21, 2026"), mail["subject"]
        )

    def test_a_reminder_speaks_of_what_is_late_and_asks_for_all_that_is_due(self):
        """B5, D1: what falls due that day is asked for as well, but nobody has forgotten it."""
        mail = self.reminder(31.0)
        self.assertRegex(
            mail["body"], r"An amount of \$ 31\.00 is still open: invoice INV/\S+, due March 9"
        )
        row = re.search(r"Mar 11, 2026.*?</tr>", mail["body"], re.S)[0]
        self.assertRegex(row, r">\s*today\s*<")
        self.assertEqual(len(re.findall(r">\s*today\s*<", mail["body"])), 1)
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 341\.00")
        self.assertEqual(self.followups(step_name="Forgot?").amount_due, 341.0)

    def test_credits_pay_for_what_is_late_first(self):
        mail = self.reminder(31.0, 20.0, credit=40.0)
        self.assertRegex(mail["body"], r"An amount of \$ 11\.00 is still open")
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 321\.00")

    def test_where_credits_pay_for_all_that_is_late_its_words_are_not_said(self):
        mail = self.reminder(31.0, credit=31.0)
        self.assertRegex(mail["body"], r"Today is the due date of invoice INV/\S+: \$ 310\.00")
        self.assertNotIn("still open", mail["body"])

    def test_what_is_late_is_said_as_one_amount_where_all_is(self):
        self.invoice("2026-03-09", 31.0, date="2026-03-02")
        self.invoice("2026-03-09", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        (mail,) = self.day("2026-03-11")
        self.assertRegex(mail["body"], r"An amount of \$ 41\.00 is still open")

    def test_a_due_date_whose_bank_day_is_today_is_not_late(self):
        """A3: the 14th and 15th are a weekend."""
        self.invoice("2026-03-12", 31.0, date="2026-03-02")
        self.invoice("2026-03-14", 310.0, date="2026-03-02")
        for day in ("02", "06", "09", "12"):
            self.day(f"2026-03-{day}")
        (mail,) = self.day("2026-03-16")
        self.assertRegex(mail["body"], r"An amount of \$ 31\.00 is still open")
        self.assertRegex(mail["body"], r"Mar 14, 2026\s*<div[^>]*>banks were closed, so due today<")

    def test_nobody_is_called_by_what_is_not_plainly_a_given_name(self):
        self.due_today()
        followup = self.followups()[-1]
        said = {}
        for name in ("Silva, Ana", "Accounts Payable", "Dr. Ana Souza", "Família Souza", "Store A"):
            followup.partner_id.name = name
            followup.invalidate_recordset()
            said[name] = followup.greeting
        self.assertEqual(
            list(said.values()), ["Hello Ana,", "Hello,", "Hello Ana,", "Hello,", "Hello,"]
        )

    def test_administrator_does_not_sign(self):
        self.due_today()
        debtor, followup = self.debtor(), self.followups()[-1]
        signed = []
        for user in (self.env.ref("base.user_root"), self.env.ref("base.user_admin"), self.clerk()):
            debtor.user_id = user
            followup.invalidate_recordset()
            signed.append(followup.signature)
        company = "Example Guitar School"
        self.assertEqual(signed, [company, company, f"Maria Silva<br/>{company}"])

    def clerk(self):
        return new_test_user(self.env, "clerk", "account.group_account_invoice", name="Maria Silva")

    def test_the_total_stands_before_a_long_table_of_at_most_twenty_rows(self):
        """F3: 25 invoices make 20 rows, and the rest is counted and summed up."""
        for number in range(25):
            self.invoice("2026-03-09", 10.0 + number, date="2026-03-02")
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        body = mail["body"]
        self.assertEqual(len(re.findall(r"INV/2026/\d+\s*<div", body)), 20)
        self.assertRegex(body, r"and\s+5\s+more")
        self.assertLess(body.index("$ 550.00"), body.index(">Due<"))
        self.assertEqual(mail["subject"], "Due today: 25 invoices")

    def test_an_instalment_says_which_of_its_invoice_it_is(self):
        months = self.env.ref("account.account_payment_term_immediate").copy(
            {
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create({"value_amount": 25.0, "nb_days": d})
                        for d in (7, 37, 67, 97)
                    ),
                ]
            }
        )
        self.invoice(False, date="2026-03-02", invoice_payment_term_id=months.id)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"Instalment\s+1\s+of\s+4")
        self.assertRegex(mail["body"], r"Instalment\s+2\s+of\s+4", "what comes next")

    def test_every_word_offered_can_be_said(self):
        self.due_today()
        followup = self.followups()[-1]
        for name in PLACEHOLDERS:
            self.assertIn(name, followup._fields)
            followup[name]
