from odoo.addons.collection_ruler.tests.common import ScreenCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestTour(ScreenCase):
    def test_late_charges_are_reached_beside_the_menus_of_accounting(self):
        self.new_user(
            "tour_accountant", "account.group_account_user", "account.group_account_manager"
        )
        self.start_tour(
            "/odoo/collections-today", "collection_ruler_charges_menu", login="tour_accountant"
        )
