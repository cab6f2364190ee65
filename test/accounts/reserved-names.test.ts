import { expect, test } from 'vitest'
import { isReservedName } from '../../lib/accounts/reserved-names.ts'

test.each([
  // YunoHost's aliases, groups and permissions
  ...[
    'root',
    'admin',
    'admins',
    'webmaster',
    'postmaster',
    'abuse',
    'all_users',
    'visitors',
    'mail.main',
  ],
  // RFC 2142
  ...[
    'info',
    'marketing',
    'sales',
    'support',
    'security',
    'noc',
    'hostmaster',
    'usenet',
    'news',
    'www',
  ],
  // system accounts
  ...[
    'www-data',
    'mail',
    'daemon',
    'nobody',
    'systemd-network',
    'sshd',
    'redis',
    'postgres',
    'list',
    'backup',
  ],
  // services and people whom others would believe
  ...[
    'ns1',
    'noreply',
    'no-reply',
    'autoconfig',
    'api',
    'gatehouse',
    'moderator',
    'staff',
    'team',
    'datenschutz',
  ],
])('%j is reserved', (name) => {
  expect(isReservedName(name)).toBe(true)
})

test.each([
  ...[
    'Admin',
    'ａｄｍｉｎ',
    'аdmin',
    'admin.',
    '.admin',
    'a.d.m.i.n',
    'adm1n',
    'admln',
    'ádmin',
    'root\n',
  ],
  ...[
    'r00t',
    'p0stmaster',
    'postrnaster',
    'supp0rt',
    'ma1l',
    'vvvvw',
    '5taff',
    'm0derat0r',
    'Μοderator',
  ],
  ...['admin2', 'admin_team', 'alice.admin', 'staff.robin', 'moderator01', '', '...'],
])('%j is reserved, because it looks like a reserved name', (name) => {
  expect(isReservedName(name)).toBe(true)
})

test.each(['my_webapp', 'my_webapp__2', 'mywebapp.fan', 'blahaj_site', 'blahajsite7'])(
  '%j is reserved, because it begins with the id of an app',
  (name) => {
    expect(isReservedName(name)).toBe(true)
  },
)

test.each([
  ...[
    'Ali',
    'Al',
    'Lia',
    'Ida',
    'Isa',
    'Ian',
    'Nils',
    'Till',
    'Emil',
    'Milla',
    'Neil',
    'Ilse',
    'Liam',
    'Arno',
  ],
  ...[
    'Bernd',
    'Erna',
    'Vivi',
    'Ivan',
    'Мария',
    '山田',
    'Will',
    'Tess',
    'Marlin',
    'Ann-Kathrin',
    'Su',
    'Trixie',
  ],
  ...['alice', 'bob', 'robin.k', 'user1234', 'adminton', 'webapp', 'root66'],
])('%j is free for people', (name) => {
  expect(isReservedName(name)).toBe(false)
})

test('a name of 50 kB is judged without trying every split', () => {
  for (const unit of ['a', '.', 'rn', 'а', '1', '\u0301', 'a0.']) {
    const start = performance.now()
    isReservedName(unit.repeat(50_000 / unit.length))
    expect(performance.now() - start).toBeLessThan(2_000)
  }
})
