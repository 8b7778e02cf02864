"""Who hears of it is asked at each door (B9): invoices for several people, and people who come and go."""

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import BOUNCE
from .door_case import MAIL, SERVER
from .message_case import MessageCase


class StoresCase(MessageCase):
    """A company with two stores that have invoices of their own."""

    def setUp(self):
        super().setUp()
        self.customer.write({"name": "Example Stores", "is_company": True})
        self.store_a = self.contact("invoice", name="Store A", email="a@stores.example.com")
        self.store_b = self.contact("invoice", name="Store B", email="b@stores.example.com")

    def bill(self, partner, amount=100.0, due="2026-03-09"):
        move = self.invoice(due, amount, partner, date="2026-03-02")
        self.assertEqual(move.partner_id, partner)
        return move

    def to(self, sent):
        """Whom mails went to, without names."""
        return sorted(a.partition("<")[2].strip(">") or a for m in sent for a in m["email_to"])

    def planned(self, day="2026-03-09"):
        """What is planned for the morning of a day, as it stands before any door."""
        with self.at(f"{day} 07:00"):
            self.run_ruler("enrol", "plan")
        return self.followups(self.customer, state="planned")


@tagged("post_install", "-at_install")
class TestStores(StoresCase):
    def test_reminder_and_thanks_go_to_whom_the_invoice_is_made_out_to(self):
        move = self.bill(self.store_b)
        self.day("2026-03-02")
        self.assertEqual(self.to(self.day("2026-03-09")), ["b@stores.example.com"])
        self.assertEqual(self.to(self.day("2026-03-11")), ["b@stores.example.com"])
        with self.at("2026-03-12 10:00"):
            self.pay(move)
            self.run_ruler("track")
        self.assertEqual(self.to(self.day("2026-03-13")), ["b@stores.example.com"])

    def test_an_invoice_is_delivered_to_its_store_or_to_who_is_there_instead(self):
        self.invoice("2026-03-12", 100.0, self.store_b, date="2026-03-02", sent=False)
        self.assertEqual(self.to(self.day("2026-03-02")), ["b@stores.example.com"])
        self.invoice("2026-03-13", 100.0, self.store_a, date="2026-03-03", sent=False)
        self.store_a.active = False
        self.assertEqual(self.to(self.day("2026-03-03")), ["b@stores.example.com"])

    def test_each_store_is_asked_for_its_own_invoice_on_one_day(self):
        a, b = self.bill(self.store_a, 100.0), self.bill(self.store_b, 40.0)
        self.day("2026-03-02")
        sent = self.day("2026-03-09")
        self.assertEqual(self.to(sent), ["a@stores.example.com", "b@stores.example.com"])
        for mail in sent:
            own, other = (a, b) if "a@stores" in mail["email_to"][0] else (b, a)
            self.assertIn(own.name, mail["body"])
            self.assertNotIn(other.name, mail["body"])
        self.assertEqual(len(self.day("2026-03-11")), 2, "both count as one contact")
        self.assertFalse(self.day("2026-03-12"))

    def test_credits_of_the_company_are_deducted_once(self):
        self.bill(self.store_a, 100.0)
        self.bill(self.store_b, 40.0)
        self.credit_note(60, self.customer)
        self.day("2026-03-02")
        self.day("2026-03-09")
        asked = {f.partner_id: f.amount_due for f in self.followups(self.customer, state="sent")}
        self.assertEqual(asked, {self.store_a: 40.0, self.store_b: 40.0})

    def test_a_collection_contact_hears_of_all_in_one_message(self):
        self.contact("collection")
        self.bill(self.store_a)
        self.bill(self.store_b)
        self.day("2026-03-02")
        self.assertEqual(self.to(self.day("2026-03-09")), ["collection@customer.example.com"])

    def test_two_stores_with_one_address_get_one_message(self):
        self.assert_one_message(self.store_a, self.store_b)

    def test_two_stores_with_one_address_get_one_message_whoever_is_billed_first(self):
        self.assert_one_message(self.store_b, self.store_a)

    def assert_one_message(self, *stores):
        """Stores that share an address and are billed in this order hear of it together, once."""
        self.store_b.email = "A@stores.example.com"
        for store in stores:
            self.bill(store)
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertEqual(self.to([mail]), ["a@stores.example.com"])
        self.assertIn("200.00", mail["body"])
        self.assertFalse(self.day("2026-03-10"))

    def test_a_collection_contact_who_left_before_the_door_gives_way_to_both_stores(self):
        desk = self.contact("collection")
        self.bill(self.store_a)
        self.bill(self.store_b)
        self.day("2026-03-02")
        (one,) = self.planned()
        self.assertEqual(one.partner_id, desk)
        desk.active = False
        with self.at("2026-03-09 09:30"):
            self.run_ruler("send")
            (other,) = self.followups(self.customer, state="planned")
            self.assertEqual(other.partner_id, self.store_b, "whoever looks sees who hears it")
            sent = self.deliver()
        sent += self.day("2026-03-09", "10:00")
        self.assertEqual(self.to(sent), ["a@stores.example.com", "b@stores.example.com"])
        self.assertFalse(self.day("2026-03-10"))

    def test_a_collection_contact_who_came_before_the_door_hears_it_once(self):
        self.bill(self.store_a)
        self.bill(self.store_b)
        self.day("2026-03-02")
        self.assertEqual(self.planned().partner_id, self.store_a + self.store_b)
        self.contact("collection")
        (mail,) = self.day("2026-03-09")
        self.assertEqual(self.to([mail]), ["collection@customer.example.com"])
        self.assertIn("200.00", mail["body"])
        self.assertEqual(len(self.followups(self.customer, state="cancelled")), 1)

    def test_what_was_paid_meanwhile_does_not_lead_to_what_others_are_asked_for(self):
        """The message was for a contact of both stores; each hears of its own, one of them of nothing."""
        desk = self.contact("collection")
        a, b = self.bill(self.store_a), self.bill(self.store_b, 40.0)
        self.day("2026-03-02")
        self.planned()
        desk.active = False
        with self.at("2026-03-09 09:30"):
            self.pay(a)
            self.run_ruler("send")  # no run has tracked the payment yet
            sent = self.deliver()
        sent += self.day("2026-03-09", "10:00")
        (mail,) = [m for m in sent if b.name in m["body"]]
        self.assertEqual(self.to([mail]), ["b@stores.example.com"])

    def test_before_nobody_hears_of_it_whoever_got_another_invoice_does(self):
        self.customer.email = False
        (self.store_a + self.store_b).type = "other"
        self.bill(self.customer)
        self.bill(self.store_b, 40.0, due="2026-03-30")
        self.day("2026-03-02")
        self.assertEqual(self.to(self.day("2026-03-09")), ["b@stores.example.com"])

    def test_an_invoice_that_is_another_companys_by_now_tells_their_contact_nothing(self):
        move = self.bill(self.store_b)
        self.day("2026-03-02")
        debtor = self.debtor()
        self.store_b.parent_id = self.person("Somebody else").id
        mail = self.env["collection.channel.email"]
        readers = self.env["collection.recipients"]._of(debtor, mail)
        self.assertEqual(readers.of_invoice(debtor.id, "billing", move), self.store_a)

    def test_an_archived_store_is_not_written_to(self):
        self.bill(self.store_b)
        self.day("2026-03-02")
        self.planned()
        self.store_b.active = False
        self.assertEqual(self.to(self.day("2026-03-09")), ["a@stores.example.com"])


@tagged("post_install", "-at_install")
class TestDoors(StoresCase):
    def test_archived_while_the_message_waited_for_approval(self):
        desk = self.contact("collection")
        self.step("Due today").mode = "approve"
        self.bill(self.customer)
        self.day("2026-03-02")
        self.day("2026-03-09")
        waiting = self.followups(self.customer, state="to_approve")
        self.assertEqual(waiting.partner_id, desk)
        with self.at("2026-03-09 10:00"):
            desk.active = False
            waiting.action_approve()
        self.assertEqual(self.to(self.day("2026-03-09", "10:30")), ["a@stores.example.com"])

    def between_the_doors(self, change):
        """:return: what leaves after something changed while the message stood in the outbox"""
        self.desk = self.contact("collection")
        self.bill(self.customer)
        self.day("2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
            (queued,) = self.followups(self.customer, state="queued")
            self.assertEqual(queued.address, self.desk.email)
            self.leave_alone()
            change()
            left = self.to(self.deliver())
        return left, self.to(self.day("2026-03-09", "09:45"))

    def leave_alone(self):
        """Nobody edited what door 1 went by since: else door 2 would ask whatever changes."""
        self.env.flush_all()
        for model in ("res.partner", "account.move", "collection.ruler.step"):
            table = SQL.identifier(self.env[model]._table)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = '2026-03-01'", table))

    def test_what_nobody_touched_leaves_as_it_was_written(self):
        self.assertEqual(
            self.between_the_doors(lambda: None), (["collection@customer.example.com"], [])
        )

    def test_archived_between_the_doors(self):
        def change():
            self.desk.active = False

        self.assertEqual(self.between_the_doors(change), ([], ["a@stores.example.com"]))

    def assert_written_anew(self, **values):
        """Another has the address of whom it was written to, who changed: the words are for whom they name,
        so they are written anew for whoever reads them there now."""

        def change():
            self.store_a.email = self.desk.email
            self.desk.write(values)

        address = "collection@customer.example.com"
        self.assertEqual(self.between_the_doors(change), ([], [address]))
        (sent,) = self.followups(self.customer, state="sent")[-1:]
        self.assertEqual(sent.partner_id, self.store_a)

    def test_archived_between_the_doors_where_another_has_the_address(self):
        self.assert_written_anew(active=False)

    def test_gone_elsewhere_between_the_doors_where_another_has_the_address(self):
        self.assert_written_anew(parent_id=self.person("Somebody else").id)

    def test_at_another_address_between_the_doors_where_another_has_the_old_one(self):
        self.assert_written_anew(type="other", email="desk@customer.example.com")

    def test_a_contact_who_comes_between_the_doors(self):
        def change():
            self.desk.type = "invoice"
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_partner SET write_date = write_date - interval '1 day' WHERE id = %s",
                [self.desk.id],
            )
            self.contact("collection", email="other@stores.example.com")

        self.assertEqual(self.between_the_doors(change), ([], ["other@stores.example.com"]))

    def test_address_changed_between_the_doors(self):
        def change():
            self.desk.email = "new@stores.example.com; second@stores.example.com"

        new = ["new@stores.example.com", "second@stores.example.com"]
        self.assertEqual(self.between_the_doors(change), ([], new))

    def test_another_case_and_another_name_are_no_other_address(self):
        def change():
            self.desk.write({"name": "Desk", "email": "COLLECTION@customer.example.com "})

        left, later = self.between_the_doors(change)
        self.assertEqual((left, later), (["collection@customer.example.com"], []))

    def test_a_contact_who_comes_between_the_doors_and_one_who_goes_elsewhere(self):
        def change():
            self.desk.parent_id = self.person("Somebody else").id

        self.assertEqual(self.between_the_doors(change), ([], ["a@stores.example.com"]))

    def test_an_archived_customer_is_written_to_no_more(self):
        (self.store_a + self.store_b).active = False
        self.bill(self.customer)
        self.day("2026-03-02")
        self.customer.active = False
        self.assertFalse(self.day("2026-03-09"))
        self.assertIn("Add an e-mail address: there is none to send to", self.tasks())


@tagged("post_install", "-at_install")
class TestAddresses(MessageCase):
    def to(self, mail):
        return [a.partition("<")[2].strip(">") or a for a in mail["email_to"]]

    def bounce_of(self, mail, address):
        """The message came back from one of the addresses that it went to."""
        message = mail["EmailMessage"]
        text = BOUNCE.format(
            address=address, message_id=message["Message-Id"], action="failed", status="5.1.1"
        )
        self._enter_mail_gate(text.encode())

    def test_all_addresses_of_a_contact_get_it(self):
        self.customer.email = "a@customer.example.com; B@customer.example.com"
        mail, _move = self.due_today()
        self.assertEqual(self.to(mail), ["a@customer.example.com", "b@customer.example.com"])

    def test_words_in_the_field_are_no_address(self):
        self.customer.email = " "
        self.contact("collection", email="sem e-mail")
        self.contact("collection", email="n/a; -")
        self.contact("invoice")
        mail, _move = self.due_today()
        self.assertEqual(self.to(mail), ["invoice@customer.example.com"])

    def test_a_name_brings_neither_an_address_nor_a_header_along(self):
        self.customer.name = "Padaria Sol\r\nEmail: sol@old.example.com"
        seen = []
        self.step("Due today").mail_template_id.subject = "{{ object.customer_name }}"
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
            with self.gateway():
                send = self.testing_smtp_session.send_message

                def send_message(message, smtp_from, smtp_to_list):
                    seen.append((smtp_to_list, message["To"], message["Subject"]))
                    send(message, smtp_from, smtp_to_list)

                self.testing_smtp_session.send_message = send_message
                self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()
        ((to, header, subject),) = seen
        self.assertEqual(to, ["ana@customer.example.com"])
        self.assertNotIn("old", header)
        self.assertEqual(subject, "Padaria Sol Email: sol@old.example.com")

    def test_a_domain_of_another_alphabet(self):
        self.customer.write({"name": "Jörg, Müller", "email": "Jörg <JM@München.example>"})
        seen = []
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
            seen = self.deliver()
            self.assertEqual(self.to(seen[0]), ["jm@xn--mnchen-3ya.example"])
            self.bounce_of(seen[0], "jm@münchen.example")
        self.assertEqual(self.followups()[-1].reason, "bounced")

    @mute_logger(MAIL, SERVER)
    def test_one_of_two_addresses_bounces(self):
        self.customer.email = "a@customer.example.com, b@customer.example.com"
        mail, _move = self.due_today()
        with self.at("2026-03-09 12:00"):
            self.bounce_of(mail, "b@customer.example.com")
        self.assertEqual(self.followups()[-1].state, "sent")
        self.assertTrue([t for t in self.tasks() if "b@customer.example.com" in t], self.tasks())
        (mail,) = self.day("2026-03-11")
        self.assertEqual(self.to(mail), ["a@customer.example.com"])
        with self.at("2026-03-11 12:00"):
            self.bounce_of(mail, "a@customer.example.com")
        self.assertEqual(self.followups()[-1].reason, "bounced")
        self.assertFalse(self.day("2026-03-12"))

    def test_an_address_that_bounced_gives_way_to_the_next_contact_by_itself(self):
        desk = self.contact("collection")
        self.contact("invoice")
        mail, _move = self.due_today()
        self.assertEqual(self.to(mail), [desk.email])
        with self.at("2026-03-09 10:00"):
            self.bounce_of(mail, *self.to(mail))
        (mail,) = self.day("2026-03-09", "10:30")
        self.assertEqual(self.to(mail), ["invoice@customer.example.com"])
        self.assertFalse([t for t in self.tasks() if "does not work" in t], self.tasks())
        (mail,) = self.day("2026-03-11")
        self.assertEqual(self.to(mail), ["invoice@customer.example.com"])

    def test_two_customers_with_one_address_are_written_to_on_two_days(self):
        other = self.person("Bea Example", email="ANA@customer.example.com ")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.invoice("2026-03-09", 50.0, other, date="2026-03-02")
        self.day("2026-03-02")
        days = [len(self.day(f"2026-03-{day:02}")) for day in (9, 10, 11, 12, 13)]
        self.assertEqual(max(days), 1, days)
        self.assertTrue(self.followups(state="sent"))
        self.assertTrue(self.followups(other, state="sent"))

    def test_an_address_that_got_a_message_this_morning_gets_none_in_the_afternoon(self):
        """Whichever batch or run it comes in."""
        other = self.person("Bea Example", email="Ana@customer.example.com")
        self.debtor_at_two(other)
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02", "14:30")
        self.assertEqual(len(self.day("2026-03-09")), 1)
        self.assertFalse(self.day("2026-03-09", "14:30"))
        self.assertEqual(self.followups(other)[-1].reason, "one_a_day")

    def debtor_at_two(self, partner):
        """A customer with an invoice of the same day, who likes to hear from us at two."""
        self.invoice("2026-03-09", 50.0, partner, date="2026-03-02")
        with self.at("2026-03-02 09:00"):
            self.run_ruler("enrol")
        self.debtor(partner).best_hour = 14.0

    def test_a_contact_for_escalations_whose_address_failed_gives_way_to_the_next(self):
        first, second = (
            self.contact("escalation", email=f"{name}@customer.example.com")
            for name in ("boss", "owner")
        )
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        debtor, mail = self.debtor(), self.env["collection.channel.email"]
        recipients = self.env["collection.recipients"]
        dead = {debtor.id: {first.email}}
        readers = recipients._readers({debtor.id: debtor.partner_id}, mail, {})
        self.assertEqual(readers[debtor.id, "escalation"], first)
        readers = recipients._readers({debtor.id: debtor.partner_id}, mail, dead)
        self.assertEqual(readers[debtor.id, "escalation"], second)

    def test_without_an_escalation_contact_a_person_is_asked(self):
        self.contact("collection")
        self.step("Review").unlink()  # it would silence the debt while nobody is found
        self.step("Firm and polite").recipient_role = "escalation"
        self.due_today()
        self.day("2026-03-11")
        self.day("2026-03-16")  # the call
        self.assertFalse(self.day("2026-03-19"))
        self.assertTrue([t for t in self.tasks() if t.startswith("Nobody to escalate to")])
        self.contact("escalation", email="Collection@customer.example.com")
        self.assertFalse(self.day("2026-03-20"), "the very person who did not answer")
        self.contact("escalation", email="boss@customer.example.com")
        (mail,) = self.day("2026-03-23")
        self.assertEqual(self.to(mail), ["boss@customer.example.com"])

    def test_each_word_under_a_message_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.write({"city": "Madrid", "country_id": self.env.ref("base.es").id})
        other = self.person("Luc Exemple", email="luc@customer.example.com", lang="fr_FR")
        self.env.ref("base.es").with_context(lang="fr_FR").name = "Espagne"
        self.invoice("2026-03-09", 100.0, other, date="2026-03-02")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        bodies = {self.to(mail)[0]: mail["body"] for mail in self.day("2026-03-09")}
        self.assertIn("Madrid, Spain", bodies["ana@customer.example.com"])
        self.assertIn("Madrid, Espagne", bodies["luc@customer.example.com"])


@tagged("post_install", "-at_install")
class TestWhoIsThere(MessageCase):
    def collector(self, login):
        return self.new_user(login, "collection_ruler.collection_ruler_group_collector")

    def test_a_task_goes_to_somebody_who_is_there(self):
        gone, there = self.collector("gone"), self.collector("there")
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")
        debtor = self.debtor()
        debtor.user_id = gone
        self.ruler.user_id = there
        gone.active = False
        self.assertEqual(debtor._responsible(self.ruler), there)
        there.active = False
        self.assertEqual(debtor._responsible(self.ruler), self.env.ref("base.user_admin"))
        self.env.ref("base.user_admin").active = False
        left = debtor._responsible(self.ruler)
        self.assertTrue(left.active, "somebody has to be told")

    def test_a_copy_goes_to_no_salesperson_who_left(self):
        sam = self.collector("sam")
        sam.email = "sam@school.example.com"
        self.customer.user_id = sam
        self.step("Due today").copy_salesperson = True
        sam.active = False
        mail, _move = self.due_today()
        self.assertFalse(mail["email_cc"])

    def test_no_bank_account_that_was_archived_is_named(self):
        old, new = self.env["res.partner.bank"].create(
            [
                {
                    "acc_number": number,
                    "partner_id": self.company.partner_id.id,
                    "allow_out_payment": True,
                }
                for number in ("IE29AIBK93115212345678", "IE64IRCE92050112345678")
            ]
        )
        move = self.invoice("2026-03-09", 100.0, date="2026-03-02", partner_bank_id=old.id)
        old.active = False
        self.assertEqual(move.partner_bank_id, old)
        self.company.partner_id.bank_ids = [Command.link(new.id)]
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertNotIn("9311", mail["body"].replace(" ", ""))
