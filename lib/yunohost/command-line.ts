import type { HostVerb } from './gate.ts'

type Args = Readonly<Record<string, string | boolean>>

const lines: Readonly<Record<HostVerb, (args: Args) => readonly string[]>> = {
  user_create: ({ username, display_name, domain }) => [
    'user create',
    word(username),
    `--fullname=${word(display_name)}`,
    `--domain=${word(domain)}`,
    '--password=…',
  ],
  user_password: ({ username }) => ['user update', word(username), '--change-password=…'],
  user_update: ({ username, display_name }) => [
    'user update',
    word(username),
    `--fullname=${word(display_name)}`,
  ],
  user_delete: ({ username, purge }) => [
    'user delete',
    word(username),
    ...(purge ? ['--purge'] : []),
  ],
  user_permissions_sync: () => ['user permission ldapsync'],
}

/** A command of the host as people read it, with secrets left out. It is shown and never run. */
export function toCommandLine(command: { readonly verb: HostVerb; readonly args: Args }): string {
  return ['yunohost', ...lines[command.verb](command.args)].join(' ')
}

function word(value: string | boolean | undefined): string {
  const text = String(value)
  return /^[\w.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
