from . import first_door
from . import incoming_mail
from . import ir_mail_server
from . import mail_mail
from . import second_door
