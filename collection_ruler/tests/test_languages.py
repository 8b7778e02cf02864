"""Customers read in their own language, wherever the words come from (B6, C3)."""

import re

from odoo.tests import tagged

from .common import CollectionCommon

LANGUAGES = ("pt_BR", "fr_FR", "es_ES")
# what only an English message says
ENGLISH = re.compile(
    r"\b(the|your?|please|hello|regards|paid|due|open|ago|pay|invoice|until|by|for|charges|fixed|penalty|"
    r"interest|coming|reference)\b",
    re.I,
)


@tagged("post_install", "-at_install")
class TestLanguages(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGUAGES:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(["collection_ruler"], list(LANGUAGES))

    def words(self, html):
        return re.sub(r"<[^>]*>|{{.*?}}", " ", str(html))

    def test_each_message_is_there_in_each_language_and_names_the_same_things(self):
        names = re.compile(r"object\.\w+")
        for template in self.env["mail.template"].search([("model", "=", "collection.followup")]):
            for lang in LANGUAGES:
                with self.subTest(template.name, lang=lang):
                    local = template.with_context(lang=lang)
                    for field in ("subject", "body_html"):
                        self.assertFalse(ENGLISH.search(self.words(local[field])), local[field])
                        self.assertEqual(
                            sorted(names.findall(local[field])),
                            sorted(names.findall(template[field])),
                        )

    def test_parts_of_messages_are_there_in_each_language(self):
        parts = self.env["ir.ui.view"].search([("key", "like", "collection_ruler.message_%")])
        own = {part.key.removeprefix("collection_ruler.message_") for part in parts}
        self.assertLessEqual({"layout", "table", "pay_button", "bank_details"}, own)
        for part in parts:
            for lang in LANGUAGES:
                with self.subTest(part.key, lang=lang):
                    arch = part.with_context(lang=lang).arch
                    self.assertFalse(ENGLISH.search(self.words(arch)), arch)

    def test_a_customer_in_france_reads_french_from_the_subject_to_the_bank(self):
        self.customer.lang = "fr_FR"
        self.company.partner_id.bank_ids = self.env["res.partner.bank"].create(
            {"acc_number": "IE29AIBK93115212345678", "partner_id": self.company.partner_id.id}
        )
        self.activate("2026-03-02")
        move = self.invoice("2026-03-09", 1234.5, date="2026-03-02")
        self.invoice("2026-03-23", 10.0, date="2026-03-02")
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-11")
        self.assertIn("un simple oubli ?", mail["subject"])
        self.assertIn("$ 1 234,50", mail["body"].replace("\u202f", " "))
        for words in ("jours de retard", "Prochaines échéances", "Par virement", "À payer"):
            self.assertIn(words, mail["body"])
        said = self.words(mail["body"]).replace(move.name, "")
        self.assertFalse(ENGLISH.search(said), said)
        with self.at("2026-03-12 09:00"):
            self.pay(move, 1000.0, date="2026-03-12")
            self.run_ruler("track")
        (mail,) = self.day("2026-03-13")
        self.assertIn("Il reste $ 234,50 à régler", mail["body"].replace("\u202f", " "))
