"""Collections in plain Python: when to speak, which step has come, what to say and why not.

Knows no Odoo. ``now`` is always an argument.

Money is Decimal, days are local to the customer, instants aware UTC. Whoever asks hands over frozen facts
(`facts`) and gets frozen answers.

- when: `calendar`, `wall_clock`, `public_holidays`, `places`, `contact_limits`, `blackouts`; `ladder`,
  `course`, `cutoffs`, `watermark` for the days of steps; `frequency` for how often
- what: `decision` for a customer on a day, by `choice` (which step), `daily_message` (one a day), `amounts`
  (what is owed), `covered` (what credits pay), `bank`, `bank_lines` with `bank_words` (money that nobody
  matched), `purpose`; `recheck` at the doors; `fallback` and `addresses` where it did not arrive; `claims`
  (what words state, and whether it is so), `replies` (how long one silences)
- why: `reason` (the one list), `explanation` (their one order, for whoever shows them)
- ahead: `outlook` (what comes next, for all screens), `drawing`, `forecast` with `foreseen`, `life` and
  `moments`; `next_step` by one ruler alone, `simulator`
- who, and what became of it: `profile`, `stages` (where a debtor stands), `circuit_breaker`, `states`;
  by mail: `answers` and `mail_answers` (the one table of what servers say), `incoming` (who or what wrote)
  with `mail_parts`, `bounce_verdict`, and the words `mail_words` and `incoming_words`

Decisions:

- **The firmest words are never the first**: whoever never heard from us begins with the first overdue step.
- **Messages and tasks are two tracks.** A missed call stays a task beside the message that overtook it; no
  task is made on a day on which the customer was written to.
- **Minimums** compare with what the message asks for, net, in the company's currency at the day's rate.
  Below the ruler's the step waits; below a step's it is passed over and the next one comes. At a door, a
  step that a part payment made too large is taken back.
- **One watermark cannot stand in two places**, so what comes later and arrives (a call, another channel)
  passes over steps that wait for another address.
- **Old bank data** silences what is overdue, tasks too; notices and deliveries go on. Where there never was
  a bank line the rule is silent: payments are registered by hand there.
- **What is announced is played**: an outlook plays the days with all that a customer owes, as the forecast
  does, until something comes. The laws of `test_announced.py` compare it with what then leaves.
- **The forecast is exact**, no rule of thumb: a test compares it with the days that then come. It asks at
  the beginning of each day and after its last hour, since the scheduled action runs at night as well; the
  simulator asks once a day and may differ by a day. Payments, thanks, what is not posted yet and the
  circuit breaker are left out; what wants approval is let go the same day, and bank data that is old is
  fresh from tomorrow.
"""
