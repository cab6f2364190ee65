import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import ssh2 from 'ssh2'

/** A key pair as OpenSSH writes it. */
export type KeyPair = { readonly private: string; readonly public: string }

/** The pair under this path, made at the first call. */
export async function keyPair(path: string): Promise<KeyPair> {
  if (!existsSync(path)) {
    const made = makeReadableKeys()
    await replaceFile(`${path}.pub`, `${made.public}\n`)
    await replaceFile(path, made.private.endsWith('\n') ? made.private : `${made.private}\n`)
  }
  const [secret, open] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(`${path}.pub`, 'utf8'),
  ])
  return { private: secret, public: open.trim() }
}

// About one generated key in a hundred is one that the same library cannot read back.
function makeReadableKeys(): { private: string; public: string } {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made
  }
}

/** The fingerprint that a client pins, as `ssh-keygen -lf` prints it. */
export function fingerprint(publicKey: string): string {
  const digest = createHash('sha256').update(keyBlob(publicKey)).digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}

/** The key itself, as it travels. */
export function keyBlob(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
}

/** Writes a private file whole or not at all, also where several do so at once. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`
  await writeFile(part, text, { mode: 0o600 })
  await rename(part, path)
}
