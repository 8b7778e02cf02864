# settings and the records of others that we extend
from . import res_company
from . import res_config_settings
from . import res_company_profile
from . import res_partner
from . import account_move
from . import account_move_line
from . import account_payment_method_line

# the ruler
from . import collection_stage
from . import collection_payer_class
from . import collection_ruler
from . import collection_ruler_match
from . import collection_ruler_running
from . import collection_ruler_who
from . import collection_ruler_step
from . import collection_ruler_step_trace
from . import collection_contact_limit
from . import collection_charge_rule
from . import collection_charge_rate
from . import collection_ruler_charge

# what it works on
from . import collection_instalment
from . import collection_instalment_bank_day
from . import collection_instalment_due_date
from . import collection_debtor
from . import collection_debtor_fold
from . import collection_debtor_touch
from . import collection_debtor_profile
from . import collection_blackout
from . import collection_hold
from . import collection_followup
from . import collection_followup_words
from . import collection_followup_table
from . import collection_followup_pay
from . import collection_followup_envelope
from . import collection_followup_item
from . import collection_ruler_line
from . import collection_instalment_expected
from . import collection_instalment_waits
from . import collection_charge
from . import collection_charge_count
from . import collection_charge_move
from . import collection_charge_words

# the four verbs and what they share
from . import collection_snapshot
from . import collection_bad_address
from . import collection_verb
from . import collection_enrol
from . import collection_enrol_rulers
from . import collection_plan
from . import collection_send
from . import collection_followup_door
from . import collection_followup_channels
from . import collection_charge_step
from . import collection_standing
from . import collection_track
from . import collection_other_address
from . import collection_track_money
from . import collection_track_money_facts
from . import collection_profile
from . import collection_run
from . import collection_run_line
from . import collection_flood

# what people look at
from . import account_move_words
from . import collection_debtor_words
from . import collection_debtor_drop
from . import collection_debtor_facts
from . import collection_at_once
from . import collection_outbox
from . import collection_outgoing
from . import collection_preview
from . import collection_today
from . import collection_forecast_facts

# how messages read before anybody gets one
from . import collection_sample

# the gateways: Odoo's invoice sending, door 2, replies and bounces
from . import account_move_send
from . import ir_mail_server
from . import mail_mail
from . import collection_followup_gateway
from . import mail_template
from . import mail_thread
