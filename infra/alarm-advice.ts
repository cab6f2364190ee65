const status = '`npm run queue -- status --stage STAGE`'
const worker =
  'Its log says why at that time. Where the database, the queue or the host is away, it goes on by itself when that is back.'
const stuck = `${status} says what runs, since when, and whether the lane is paused or stopped; a command may truly take that long. Look at the alarms unreachable-host and stopped-lanes, then at the log of the lane's worker.`
const long =
  'Many people ask at once, or each task takes long; all of them wait their turn. The dashboard shows the seconds of a task by action. Where one site floods the queue, lower CREATE_USER_PER_HOUR and deploy.'
const postStuck = `${status} says what runs, since when, and whether the lane is paused. Look whether SES or Discord refuses us: the reason stands in the log of the lane's worker.`
const postLong =
  "Mails and messages to staff wait their turn. Look whether SES or Discord refuses us: the reason stands in the log of the lane's worker. Where one site floods the queue, lower CREATE_USER_PER_HOUR and deploy."
const late =
  'The next worker takes over, and no command runs twice. Its log names the task that it worked at; when it comes again, the database or the host answers slowly.'

/** What to look at and what to do, by the name of an alarm; `STAGE` stands for the stage. */
export const alarmAdvice: Readonly<Record<string, string>> = {
  'dead-letters':
    'No task is lost by that: tasks are in the database, and the sweeper rings again. Read the message in the SQS console; what an outage, an older version or a foreign program left there can be deleted.',
  'host-queue-stuck': stuck,
  'host-queue-long': long,
  'post-queue-stuck': postStuck,
  'post-queue-long': postLong,
  'workers-run-host-tasks-fails': worker,
  'workers-run-host-tasks-near-timeout': late,
  'workers-run-post-tasks-fails': worker,
  'workers-run-post-tasks-near-timeout': late,
  'workers-sweep-fails': `${worker} Meanwhile lost rings stay lost, and tasks wait longer.`,
  'workers-read-host-names-fails':
    "Last night's copy of the host's names failed; the one before stays in use, and the host still refuses what is taken. The log says why; the next night tries again.",
  'workers-reseal-fails':
    'Until it works again `npm run keys -- drop` refuses, and nothing is lost. Its log says why; it runs every hour.',
  'workers-mail-feedback-fails':
    'Bounces and complaints are not noted, so mails may go on to addresses that refuse them. The log says why; each notice is tried three times in all.',
  'api-errors':
    'Ask the log which requests failed through our fault. 503 is a database or a parameter store that is away: see the status pages of Atlas and AWS. 500 is a defect of ours.',
  'api-slow':
    'Look at the milliseconds of a request on the dashboard, then at the metrics of the Atlas cluster: a small one slows down under load. The first call of a function takes longest; a few of them are no reason to act.',
  'api-refusals':
    'Somebody guesses, or a site sends nonsense; the limits by client and account hold. Count the field code of the log. Against a flood from one address only a firewall (AWS WAF behind CloudFront) helps.',
  throttles:
    'A young AWS account may run only ten at once: ask for 1,000 under Service Quotas, Lambda, concurrent executions. Requests failed meanwhile; tasks only waited.',
  concurrency:
    'Look at the requests by family on the dashboard: a sudden crowd, or an attack. Ask for a higher quota before it is reached.',
  'mail-bounces':
    'SES looks into an account at 5 % and stops it at 10 %. Addresses that bounce are marked and get no more mail. Find the site that asks for accounts with bad addresses, and give its service account a new password until that is mended.',
  'mail-complaints':
    'SES looks into an account at 0.1 % and stops it at 0.5 %. People get mail that they did not ask for: find the site that asked for their accounts.',
  'parked-tasks': `${status} names it with its reason. Put that right, then \`retry\` it, or \`skip\` it so that the person's later ones go on. Nobody else waits for it.`,
  'failed-tasks':
    'Ask the log what happened to this task; its last line has the reason. Whoever asked sees it at the address of the task, or on the page of the registration, and may ask again; of an account, a password or a mail staff got a message on Discord as well. What nobody wants any more, or a name that Matrix does not give, ends as cancelled and is not counted.',
  'stopped-lanes':
    'The host showed a key that is not pinned, or refused ours. Do not resume before you know why: ask whoever runs the host whether it was set up anew, run `npm run host:check -- ADMIN@HOST`, set ssh-host-keys or ssh-key, then `npm run queue -- resume host --stage STAGE`.',
  'unreachable-host':
    'Nothing is lost, and the queue goes on by itself. See whether the host runs, whether its SSH port is open to any address, and whether fail2ban or a firewall shuts AWS out; `npm run host:check -- ADMIN@HOST` says whether the gate is well, and with `--key FILE` tries the way of the worker.',
  defects:
    'It is a bug of Gatehouse: the line of level error says what and where. Report it with errorName, errorText and errorStack. What was stored stays stored, and a task is tried again.',
  'sweeper-silent':
    'Tasks whose ring got lost wait until it runs. Look in the Lambda console whether workers-sweep is throttled, or its rule in EventBridge disabled; `npm run deploy` puts the rule back.',
}
