"""The company that tests work in, with its chart of accounts: one for all classes where it can be.

`setup/test` makes it once, in a template of the databases for tests. In any other database each class
makes its own, which takes several times as long as the rest of what a class sets up.
"""

from unittest.mock import patch

from odoo import Command
from odoo.addons.account.models.chart_template import AccountChartTemplate
from odoo.addons.account.tests.common import AccountTestInvoicingCommon

SCHOOL = "__test__.school"

look_for_charts = AccountChartTemplate._get_chart_template_mapping
charts_found = {}


def charts(templates, get_all=False):
    """Odoo looks through all modules for charts of accounts, for each class of tests; here once."""
    if get_all not in charts_found:
        charts_found[get_all] = look_for_charts(templates, get_all)
    return charts_found[get_all]


class SchoolCase(AccountTestInvoicingCommon):
    chart_template = "generic_coa"  # else Odoo looks at all modules for one, for each class

    @classmethod
    def setup_independent_company(cls, **kwargs):
        school = cls.env.ref(SCHOOL, raise_if_not_found=False)
        if not school:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(school.id)]
        return school

    @classmethod
    def _use_chart_template(cls, company, chart_template_ref=None):
        with patch.object(AccountChartTemplate, "_get_chart_template_mapping", charts):
            return super()._use_chart_template(company, chart_template_ref)


def make_school(env):
    """Make the company in a database that is a template, and commit.

    :param env: as `odoo shell` has it
    """

    class Maker(SchoolCase):
        pass

    Maker.env = env(context={**env.context, **Maker.default_env_context()})
    company = Maker.setup_independent_company()
    env.user.company_ids -= company  # whoever makes it in a test is somebody else
    env["ir.model.data"]._update_xmlids([{"xml_id": SCHOOL, "record": company, "noupdate": True}])
    env.cr.commit()
