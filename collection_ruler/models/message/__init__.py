from . import placeholders
from . import mail_template
from . import mail_values
from . import pay_button
from . import tables
