import { once } from '../late.ts'
import { toSkeleton } from './host-patterns.ts'

// Names that nobody may have, by why (T20, yunohost.md 18). Compared on skeletons, so one spelling is enough.

// Aliases of the host's admins group, and the groups and permissions that YunoHost makes.
const hostNames = `root admin admins webmaster postmaster abuse all_users visitors mail.main mail sftp.main sftp ssh.main
  ssh xmpp.main xmpp yunohost yunohost_admin ynh ynh_portal ssowat portal`

// RFC 2142, with the mailboxes that today's standards expect beside them.
const roleMailboxes = `info marketing sales support security noc usenet news www uucp ftp hostmaster list list_request
  listmaster owner request mailer_daemon noreply no.reply donotreply do_not_reply bounce bounces return dmarc
  dmarc_reports tlsrpt caa ssladmin ssl_administrator administrator postoffice legal privacy dpo datenschutz gdpr
  billing accounts contact kontakt impressum jobs press presse office team feedback help hilfe helpdesk service
  newsletter notifications notification alert alerts`

// Accounts and groups of Debian 12 and of what YunoHost installs on it.
const systemNames = `daemon bin sys sync games man lp proxy www_data backup irc gnats nobody nogroup apt systemd_network
  systemd_resolve systemd_timesync systemd_coredump systemd_journal systemd_oom messagebus dbus sshd openldap ldap slapd
  postfix postdrop dovecot dovenull vmail rspamd opendkim opendmarc redis mysql mariadb mongodb postgres postgresql nginx
  apache metronome prosody avahi avahi_autoipd dnsmasq unbound named bind nslcd unscd polkitd polkit chrony ntp ntpsec
  statd tcpdump debian_exim exim procmail fetchmail sogo php php_fpm fail2ban nftables iptables certbot acme letsencrypt
  tty disk kmem dialout fax voice cdrom floppy tape sudo sudoers audio dip operator src shadow utmp video sasl plugdev
  staff users input kvm render crontab netdev ssl_cert adm wheel utempter uuidd rtkit geoclue colord usbmux saned
  pulse lightdm snmp munin nagios zabbix monit syslog rsyslog systemd borg restic vagrant debian ubuntu docker podman
  lxd lxc libvirt qemu kernel`

// Labels and programs that people take for part of the service.
const serviceNames = `api app apps auth oauth oidc sso login logout signin signup sign_in sign_up register registration
  account user username member members me self you all everyone here anyone anonymous guest null undefined none void
  nil true false nan test testing tester example sample demo default system server host hostname localhost localdomain
  local domain domains subdomain dns ns ns1 ns2 ns3 ns4 mx mx1 mx2 smtp imap pop pop3 sieve webmail autoconfig
  autodiscover wpad isatap broadcasthost cdn static assets media files upload uploads download downloads img images css js
  blog forum wiki docs documentation status health metrics monitoring grafana git gitea forgejo gitlab github webhook
  webhooks cron queue worker bot discord discord_bot matrix synapse conduit element mastodon gotosocial peertube
  pixelfed bluesky atproto pds did well_known nextcloud roundcube rainloop snappymail collabora onlyoffice jitsi
  mumble wordpress phpmyadmin adminer dashboard console panel config settings setup install update upgrade password
  passwords reset verify verification confirm token tokens invite invites referral tier tiers starter supporter premium
  website websites site sites page pages home index about terms tos imprint policy robots sitemap favicon humans mail1
  mail2 vpn proxy1 gateway router backup1 dev staging stage prod production internal intranet`

// People whom others would believe.
const staffNames = `administration administrators adminteam admin_team administratorin sysadmin sys_admin sysop superuser
  superadmin super_admin moderator moderators moderation moderatorin mod mods modteam mod_team operator operators ops
  devops developer developers founder ceo cto official offiziell trust_and_safety trust safety abuse_team support_team
  staff_team helpdesk_team security_team verwaltung betreiber gatehouse gatehouse_bot host_admin hosting`

// Ids of the apps that Gatehouse installs; an install is refused when a user's name begins with one.
const appIds = `my_webapp blahaj_site`

// Titles that no part of a name may have, also with a number behind it.
const staffTitles = `admin admins administrator administrators administratorin administration moderator moderators
  moderatorin sysadmin superuser superadmin staff postmaster webmaster hostmaster`

// From this length on, i and l count as the same letter; shorter ones would take names like Ali from people.
const shortestBlurred = 5

const reserved = once(() =>
  toReservedKeys(
    words([hostNames, roleMailboxes, systemNames, serviceNames, staffNames, appIds].join(' ')),
  ),
)
const blurredTitles = once(() => new Set([...toSkeletons(staffTitles)].map(blur)))
const blurredAppIds = once(() => [...toSkeletons(appIds)].map(blur))

/** Whether a username or display name, however it is spelled, belongs to the host, to a role's mailbox or to staff. */
export function isReservedName(name: string): boolean {
  const skeleton = toSkeleton(name)
  const blurred = blur(skeleton)
  return (
    skeleton === '' ||
    looksReserved(name, reserved()) ||
    blurredAppIds().some((id) => blurred.startsWith(id)) ||
    blurred.startsWith(blur('yunohost')) ||
    name.split(/[^\p{L}\p{M}\p{N}]+/u).some(isStaffTitle)
  )
}

/** Keys that the given names are recognised by, however they are spelled; a name without a letter has none. */
export function toReservedKeys(names: readonly string[]): ReadonlySet<string> {
  const skeletons = names.map(toSkeleton).filter((skeleton) => skeleton !== '')
  const long = skeletons.filter((skeleton) => skeleton.length >= shortestBlurred)
  return new Set([...skeletons, ...long.map(blur)])
}

/** Whether a name is, or looks like, one of those that `toReservedKeys` made the keys of. */
export function looksReserved(name: string, keys: ReadonlySet<string>): boolean {
  const skeleton = toSkeleton(name)
  return (
    keys.has(skeleton) ||
    keys.has(skeleton.replaceAll('1', 'l')) ||
    keys.has(skeleton.replaceAll('1', 'i')) ||
    (skeleton.length >= shortestBlurred && keys.has(blur(skeleton)))
  )
}

function isStaffTitle(word: string): boolean {
  return [word, word.replace(/\p{N}+$/u, '')].some((title) =>
    blurredTitles().has(blur(toSkeleton(title))),
  )
}

function blur(skeleton: string): string {
  return skeleton.replace(/[1i]/g, 'l')
}

function toSkeletons(names: string): ReadonlySet<string> {
  return new Set(words(names).map(toSkeleton))
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
