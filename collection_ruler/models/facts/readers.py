"""Who hears of which invoices, where not all of what a customer owes has the same reader (B9)."""

from .rows import OpenInstalment

_ADDRESSEE = OpenInstalment._fields.index("addressee_id")


def readers_of(env, open_debtors, ladders):
    """Who hears of which invoices, for debtors whose invoices are made out to several.

    :param open_debtors: OpenDebtor
    :param ladders: dunning ladders, whose steps say by which channels and in which roles
    :return: {debtor id: {addressee id: {(channel, role): partner id}}}
    """
    result = {}
    for debtor in open_debtors:
        addressees = {row[_ADDRESSEE] for row in debtor.claims or ()}
        if len(addressees) > 1:
            result[debtor.id] = {one: {} for one in addressees}
    if not result:
        return result
    debtors = env["collection.debtor"].sudo().browse(result)
    Partner = env["res.partner"].sudo()
    Partner.browse({one for own in result.values() for one in own if one}).exists().fetch(["email"])
    keys = {(step.channel, step.role) for ladder in ladders for step in ladder.steps}
    for code in {code for code, _role in keys}:
        readers = (
            env["collection.recipients"].sudo()._of(debtors, env["collection.channel"]._named(code))
        )
        for debtor, own in result.items():
            for one in own:
                for role in {role for channel, role in keys if channel == code}:
                    heard = readers.of_addressee(debtor, role, Partner.browse(one or ()))
                    own[one][code, role] = heard.id
    return result
