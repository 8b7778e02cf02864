"""The order in which things are provisioned."""

from concurrent.futures import ThreadPoolExecutor

from . import browser, configuration, odoo_source, paths, postgres, python_env, system, wkhtmltopdf


def ensure(*, tests: bool = False) -> configuration.Odoo:
    """Provide everything for running Odoo, and return it ready to be run.

    The command starts again inside the project's Python environment on the way.

    :param tests: provide the linters and a browser as well
    """
    with paths.exclusive():
        system.install(system.missing_packages())
        if tests:
            browser.ensure()
        downloads = [python_env.ensure, odoo_source.ensure]
        if tests:
            downloads.append(python_env.ensure_quality)
        with ThreadPoolExecutor() as pool:
            for job in [pool.submit(download) for download in downloads]:
                job.result()
    python_env.enter()
    with paths.exclusive():
        source = odoo_source.ensure()
        python_env.link_source(source.python_path)
        wkhtmltopdf.ensure()
        odoo = configuration.Odoo(source, postgres.ensure())
        odoo.configure()
    return odoo
