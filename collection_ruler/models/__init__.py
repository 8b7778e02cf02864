# settings and the records of others that we extend
# the ruler
# what it works on
# the four verbs and what they share
# the gateways: Odoo's invoice sending, door 2, replies and bounces
from . import (
    account_move,
    account_move_send,
    base_partner_merge,
    collection_debtor,
    collection_debtor_fold,
    collection_debtor_touch,
    collection_enrol,
    collection_followup,
    collection_followup_item,
    collection_followup_words,
    collection_hold,
    collection_instalment,
    collection_plan,
    collection_ruler,
    collection_ruler_step,
    collection_run,
    collection_send,
    collection_snapshot,
    collection_stage,
    collection_standing,
    collection_track,
    collection_verb,
    ir_mail_server,
    mail_mail,
    mail_thread,
    res_company,
    res_config_settings,
    res_partner,
)
