"""What is said, to whom, in which language, with what attached (B6, C1, C2, C3)."""

import base64
import re
from unittest.mock import patch

from odoo.addons.mail.models.mail_render_mixin import MailRenderMixin
from odoo.models import BaseModel
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..models.common.memo import Memo
from .common import CollectionCommon, ScreenCase


class MessageCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def due_today(self, **values):
        """The message on the due date, and its invoice."""
        move = self.invoice("2026-03-09", 1234.5, date="2026-03-02", **values)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        return mail, move

    def contact(self, kind, **values):
        return self.env["res.partner"].create(
            {
                "name": f"{kind} desk",
                "parent_id": self.customer.id,
                "type": kind,
                "email": f"{kind}@customer.example.com",
                **values,
            }
        )

    def links(self, mail):
        return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', mail["body"])]


@tagged("post_install", "-at_install")
class TestWords(MessageCase):
    def test_dates_and_amounts_are_written_as_the_recipient_writes_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        mail, _move = self.due_today()
        amount = mail["subject"].replace("\u202f", " ")
        self.assertIn("$ 1 234,50", amount)
        self.assertIn("09/03/2026", mail["body"])
        self.assertIn('lang="fr-FR"', mail["body"])

    def test_language_is_the_recipients_not_the_customers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact("collection", lang="fr_FR")
        mail, _move = self.due_today()
        self.assertIn("$ 1 234,50", mail["subject"].replace("\u202f", " "))

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
        said = {
            m["email_to"][0]: m["subject"].replace("\u202f", " ") for m in self.day("2026-03-09")
        }
        self.assertIn("$ 1 234,50", said['"Fleur" <fleur@customer.example.com>'])
        self.assertIn("$ 1,234.50", said['"Ana Example" <ana@customer.example.com>'])

    def test_customers_name_is_text_not_markup(self):
        self.customer.name = '<b>"Eve"</b> & Sons'
        mail, move = self.due_today()
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
        """Defaults are asked for once per batch, also another add-on's."""
        values = [{"subject": str(n), "body_html": str(n), "message_id": str(n)} for n in range(3)]
        plain = self.env["mail.mail"].create(values)
        batch = self.env["mail.mail"].with_context(collection_defaults=Memo())
        asks = patch.object(
            BaseModel, "default_get", autospec=True, side_effect=BaseModel.default_get
        )
        with asks as asked:
            mails = batch.create(values)
        models = [call.args[0]._name for call in asked.call_args_list]
        # a mail asks for those of its message too; not once for each of the three
        self.assertEqual(models, ["mail.mail", "mail.message", "mail.message"])
        own = {"mail_message_id", "mail_message_id_int", "id"}
        names = [name for name, field in plain._fields.items() if field.store and name not in own]
        ids = range(3)
        self.assertEqual(
            [{**row, "id": n} for n, row in zip(ids, mails.read(names), strict=True)],
            [{**row, "id": n} for n, row in zip(ids, plain.read(names), strict=True)],
        )

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
        self.assertTrue(mail["subject"].endswith("is due on 03/21/2026 and later"), mail["subject"])

    def test_a_reminder_speaks_of_what_is_late_and_asks_for_all_that_is_due(self):
        """B5, D1: what falls due that day is asked for as well, but nobody has forgotten it."""
        mail = self.reminder(31.0)
        self.assertIn("did $ 31.00 slip through?", mail["subject"])
        self.assertIn("not seen a payment of $ 31.00 yet", mail["body"])
        row = re.search(r"03/11/2026.*?</tr>", mail["body"], re.S)[0]
        self.assertRegex(row, r">\s*today\s*<")
        self.assertEqual(len(re.findall(r">\s*today\s*<", mail["body"])), 1)
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 341\.00")
        self.assertEqual(self.followups(step_name="Forgot?").amount_due, 341.0)

    def test_credits_pay_for_what_is_late_first(self):
        mail = self.reminder(31.0, 20.0, credit=40.0)
        self.assertIn("did $ 11.00 slip through?", mail["subject"])
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 321\.00")

    def test_where_credits_pay_for_all_that_is_late_the_rest_is_named(self):
        mail = self.reminder(31.0, credit=31.0)
        self.assertIn("$ 310.00", mail["subject"])

    def test_what_is_late_is_said_as_one_amount_where_all_is(self):
        self.invoice("2026-03-06", 31.0, date="2026-03-02")
        self.invoice("2026-03-09", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        self.day("2026-03-09")
        self.day("2026-03-10")
        (mail,) = self.day("2026-03-11")
        self.assertIn("did $ 41.00 slip through?", mail["subject"])

    def test_a_due_date_whose_bank_day_is_today_is_not_late(self):
        """A3: the 14th and 15th are a weekend."""
        self.invoice("2026-03-12", 31.0, date="2026-03-02")
        self.invoice("2026-03-14", 310.0, date="2026-03-02")
        for day in ("02", "06", "09", "12"):
            self.day(f"2026-03-{day}")
        (mail,) = self.day("2026-03-16")
        self.assertIn("did $ 31.00 slip through?", mail["subject"])
        self.assertRegex(mail["body"], r"03/14/2026\s*<div[^>]*>today<")

    def test_every_word_offered_can_be_said(self):
        self.due_today()
        followup = self.followups()[-1]
        for name in followup._words():
            self.assertIn(name, followup._fields)
            followup[name]


@tagged("post_install", "-at_install")
class TestRecipient(MessageCase):
    def test_collection_contact_before_invoice_address_before_company(self):
        self.contact("invoice")
        mail, _move = self.due_today()
        self.assertIn("invoice@customer.example.com", mail["email_to"][0])
        self.contact("collection")
        (mail,) = self.day("2026-03-11")
        self.assertIn("collection@customer.example.com", mail["email_to"][0])

    def test_contact_without_address_is_passed_over(self):
        self.contact("collection", email=False)
        mail, _move = self.due_today()
        self.assertIn("ana@customer.example.com", mail["email_to"][0])

    def test_escalation_contact_for_the_firm_step(self):
        self.contact("collection")
        self.contact("escalation")
        self.step("Firm and polite").recipient_role = "escalation"
        self.due_today()
        self.day("2026-03-11")
        (mail,) = self.day("2026-03-18")
        self.assertIn("escalation@customer.example.com", mail["email_to"][0])

    def test_archived_contact_is_not_written_to(self):
        self.contact("collection").active = False
        mail, _move = self.due_today()
        self.assertIn("ana@customer.example.com", mail["email_to"][0])

    def test_copy_to_the_salesperson(self):
        salesperson = self.env["res.users"].create(
            {"name": "Sam", "login": "sam", "email": "sam@school.example.com"}
        )
        self.customer.user_id = salesperson
        self.step("Due today").copy_salesperson = True
        self.invoice("2026-03-09", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        sent = self.day("2026-03-09")
        everybody = [a for mail in sent for a in (*mail["email_to"], *(mail["email_cc"] or []))]
        self.assertTrue([a for a in everybody if "sam@school" in a])
        self.assertTrue([a for a in everybody if "ana@customer" in a])
        self.assertEqual(self.followups()[-1].state, "sent")

    def test_no_copy_unless_the_step_wants_one(self):
        self.customer.user_id = self.env.ref("base.user_admin")
        mail, _move = self.due_today()
        self.assertFalse(mail["email_cc"])


@tagged("post_install", "-at_install")
class TestCreditor(MessageCase):
    """C7, B6: who is owed says so in each message, and links lead nowhere else."""

    def setUp(self):
        super().setUp()
        self.company.write({"street": "1 Chord Lane", "city": "Dublin", "vat": "IE1234567T"})

    def all_messages(self):
        """One of each kind: the invoice itself, notices, reminders, the return of a payment, thanks."""
        move = self.invoice("2026-03-12", 100.0, date="2026-03-02", sent=False)
        days = ["02", "05", "12", "16", "20", "23"]
        sent = [mail for day in days for mail in self.day(f"2026-03-{day}")]
        with self.at("2026-03-24 10:00"):
            payment = self.pay(move)
            self.run_ruler("track")
        sent += self.day("2026-03-25")
        with self.at("2026-03-26 10:00"):
            self.undo(payment)
            self.run_ruler("track")
        sent += self.day("2026-03-27")
        said = self.followups(state="sent").filtered(lambda f: f.channel == "email")
        self.assertEqual(set(said.mapped("purpose")), {"delivery", "dunning", "thanks", "returned"})
        self.assertEqual(len(sent), len(said))
        return sent

    def test_each_message_names_the_creditor_with_address_and_tax_id(self):
        for mail in self.all_messages():
            for words in ("Example Guitar School", "1 Chord Lane", "IE1234567T"):
                with self.subTest(mail["subject"], words=words):
                    self.assertIn(words, mail["body"])

    def test_links_lead_to_the_companys_own_domain_only(self):
        ours = self.company.get_base_url()
        links = []
        for mail in self.all_messages():
            links += re.findall(r'(?:href|src)="(https?:[^"]+)"', mail["body"])
        self.assertTrue(links, "nothing is proved here")
        self.assertFalse([link for link in links if not link.startswith(f"{ours}/")])

    def test_each_company_writes_in_its_own_name_and_deducts_its_own_credits(self):
        other = self.env["res.company"].create(
            {
                "name": "Example Piano School",
                "email": "piano@keys.example.com",
                "country_id": self.company.country_id.id,
            }
        )
        other.partner_id.tz = "Europe/Dublin"
        self.env["account.chart.template"].try_loading("generic_coa", other, install_demo=False)
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": [self.company.id, other.id]}
        )
        theirs = self.ruler.copy({"name": "Piano", "company_id": other.id})
        with self.at("2026-03-02 08:00"):
            theirs._activate()
        self.credit_note(100.0, date="2026-03-02")  # of the guitar school
        self.invoice("2026-03-09", 150.0, date="2026-03-02")
        self.invoice("2026-03-09", 80.0, date="2026-03-02", company_id=other.id)
        with self.at("2026-03-02 09:30"):
            self.run_ruler()
            for verb in ("enrol", "track", "plan", "send"):
                worker = self.env[f"collection.{verb}"].with_company(other)
                worker._batch(other, worker._todo(other))
            sent = {mail["email_from"]: mail for mail in self.deliver()}
        self.assertEqual(
            sorted(sent),
            [
                '"Example Guitar School" <office@school.example.com>',
                '"Example Piano School" <piano@keys.example.com>',
            ],
        )
        (_name, guitar), (_other, piano) = sorted(sent.items())
        self.assertIn("$ 50.00", guitar["body"])
        self.assertIn("$ 80.00", piano["body"])
        self.assertNotIn("credit", piano["body"], "the credit of another company")
        self.assertIn("Example Piano School", piano["body"])
        self.assertNotIn("Guitar", piano["body"])


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
        """Also of an invoice that no step of this message is due for (C2)."""
        older = self.invoice("2026-03-04", 100.0, date="2026-03-02")
        newer = self.invoice("2026-03-09", 100.0, date="2026-03-02")
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
        self.assertCountEqual(made, [older, newer])
        self.assertNotIn(coming, made)

    def test_one_pdf_per_invoice_asked_for(self):
        for due in ("2026-03-09", "2026-03-09", "2026-03-30"):
            self.stored_pdf(self.invoice(due, 100.0, date="2026-03-02"))
        self.day("2026-03-02")
        self.day("2026-03-09")
        (mail,) = self.day("2026-03-11")  # "Forgot?"
        self.assertEqual(len(mail["attachments"]), 2)


@tagged("post_install", "-at_install")
class TestPaymentLink(MessageCase, ScreenCase):
    def setUp(self):
        super().setUp()
        mail, self.move = self.due_today()
        (self.link,) = {link for link in self.links(mail) if "/my/invoices/" in link}
        self.path = self.link.partition("//")[2].partition("/")[2].partition("#")[0]

    def follow(self, path=None):
        self.env.flush_all()
        return self.url_open("/" + (path or self.path))

    def test_link_asks_for_the_residual_without_the_portals_key(self):
        self.assertIn("amount=1234.5&", self.link)
        self.assertNotIn("access_token", self.link)

    def test_visitor_arrives_at_the_payment_form_with_the_amount(self):
        answer = self.follow()
        self.assertEqual(answer.status_code, 200)
        self.assertIn("/payment/pay", answer.url)
        self.assertIn("1,234.50", answer.text)

    def test_tampered_amount_leads_nowhere(self):
        for tampered in (
            self.path.replace("amount=1234.5", "amount=1.0"),
            self.path.replace("payment_token=", "payment_token=0"),
            self.path.replace("&payment_token", "&x"),
        ):
            answer = self.follow(tampered)
            self.assertNotIn("/payment/pay", answer.url)
            self.assertNotIn(self.move.name, answer.text)

    def test_token_of_one_invoice_opens_no_other(self):
        other = self.invoice("2026-03-09", 1234.5, date="2026-03-02")
        answer = self.follow(
            self.path.replace(f"my/invoices/{self.move.id}", f"my/invoices/{other.id}")
        )
        self.assertNotIn("/payment/pay", answer.url)

    def test_paid_invoice_says_nothing_to_pay(self):
        self.pay(self.move, date="2026-03-09")
        answer = self.follow()
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("/payment/pay", answer.url)
        self.assertIn("othing to pay", answer.text)

    def test_part_paid_invoice_asks_for_the_rest(self):
        self.pay(self.move, 1000.0, date="2026-03-09")
        answer = self.follow()
        self.assertIn("/payment/pay", answer.url)
        self.assertIn("234.50", answer.text)
        self.assertNotIn("1,234.50", answer.text)


@tagged("post_install", "-at_install")
class TestWayToPay(MessageCase):
    """C2: paying online is offered where the payment page has somebody to take the money."""

    def assert_no_online_payment(self, mail):
        self.assertNotIn("#portal_pay", mail["body"])
        self.assertNotIn("two clicks", mail["body"])
        self.assertNotIn("Pay $", mail["body"])
        self.assertRegex(mail["body"], r"(?s)To pay.*?\$ 1,234\.50")

    def test_button_and_promise_stand_together(self):
        mail, _move = self.due_today()
        self.assertIn("#portal_pay", mail["body"])
        self.assertIn("two clicks", mail["body"])
        self.assertIn("Pay $ 1,234.50", mail["body"])

    def test_without_a_provider_only_the_bank_details_are_there(self):
        self.provider.state = "disabled"
        self.env["res.partner.bank"].create(
            {"acc_number": "IE12BOFI90000112345678", "partner_id": self.company.partner_id.id}
        )
        mail, _move = self.due_today()
        self.assert_no_online_payment(mail)
        self.assertIn("By bank transfer", mail["body"])

    def test_a_provider_that_customers_do_not_see_takes_no_payment(self):
        self.provider.is_published = False
        self.assert_no_online_payment(self.due_today()[0])

    def test_a_provider_of_another_company_takes_no_payment(self):
        self.provider.company_id = self.env["res.company"].create({"name": "Example Piano School"})
        self.assert_no_online_payment(self.due_today()[0])

    def test_a_provider_for_another_currency_or_country_takes_no_payment(self):
        self.customer.country_id = self.env.ref("base.ie")
        self.provider.available_country_ids = self.env.ref("base.fr")
        self.assert_no_online_payment(self.due_today()[0])
        followup = self.followups(step_name="Due today")
        self.provider.available_country_ids += self.env.ref("base.ie")
        self.env.invalidate_all()
        self.assertTrue(followup.pay_button)
        self.provider.available_currency_ids = self.env.ref("base.CHF")
        self.env.invalidate_all()
        self.assertFalse(followup.pay_button)

    def test_rows_have_no_links_without_a_provider(self):
        self.provider.state = "disabled"
        self.invoice("2026-03-09", 20.0, date="2026-03-02")
        mail, _move = self.due_today()
        self.assertNotIn("#portal_pay", mail["body"])
        self.assertNotIn("Pay this one", mail["body"])

    def test_providers_are_asked_for_once_for_all_messages(self):
        people = [self.person(f"Person {n}") for n in range(5)]
        for person in people:
            self.invoice("2026-03-09", 100.0, person, date="2026-03-02")
        self.day("2026-03-02")
        Providers = type(self.env["payment.provider"])
        search = patch.object(Providers, "search", autospec=True, side_effect=Providers.search)
        with search as asked:
            self.assertEqual(len(self.day("2026-03-09")), 5)
        self.assertEqual(asked.call_count, 1)

    def test_activation_says_what_messages_lack(self):
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        summary = self.activation_summary
        self.assertNotIn("way to pay", summary())
        self.assertNotIn("No online payment", summary())
        self.provider.state = "disabled"
        self.assertIn("Messages show no way to pay", summary())
        self.env["res.partner.bank"].create(
            {"acc_number": "IE12BOFI90000112345678", "partner_id": self.company.partner_id.id}
        )
        self.assertIn("messages show the bank details only", summary())
        self.assertNotIn("way to pay", summary())

    def activation_summary(self):
        """What the dialog says before the ruler is switched on."""
        with self.at("2026-03-02 08:00"):
            other = self.ruler.copy({"name": "Other"})
            self.ruler.state = "draft"
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": other.id})
            return wizard.summary
