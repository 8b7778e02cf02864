"""Customers read about charges in their own language (B6, C3)."""

import re

from odoo.addons.collection_ruler.tests.common import CollectionCommon
from odoo.addons.collection_ruler.tests.test_languages import ENGLISH, LANGUAGES
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLanguages(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGUAGES:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(
            ["collection_ruler_charges"], list(LANGUAGES)
        )

    def test_the_table_of_charges_is_there_in_each_language(self):
        table = self.env.ref("collection_ruler_charges.message_charges")
        for lang in LANGUAGES:
            with self.subTest(lang):
                arch = table.with_context(lang=lang).arch
                said = re.sub(r"<[^>]*>", " ", arch)
                self.assertFalse(ENGLISH.search(said), said)
