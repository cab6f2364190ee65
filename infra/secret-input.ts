import { stdin, stdout } from 'node:process'

/** A secret from the terminal, asked for without echo, or from standard input without its last line end. */
export function readSecretInput(question: string): Promise<string> {
  return stdin.isTTY ? askWithoutEcho(question) : readPiped()
}

async function readPiped(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

async function askWithoutEcho(question: string): Promise<string> {
  // Before the question, so that no answer is so fast that it is shown.
  stdin.setRawMode(true)
  stdout.write(`${question}: `)
  // A question that was asked before this one has left it paused, and reading alone does not wake it.
  stdin.resume()
  try {
    return await readTyped()
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stdout.write('\n')
  }
}

async function readTyped(): Promise<string> {
  let typed = ''
  // Left open: there may be another question.
  for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes('\u0003')) throw new Error('Stopped.')
    const [text = '', end] = `${typed}${chunk}`.split(/[\r\n]/, 2)
    // The terminal does not edit the line in this mode, so a backspace is for us to obey.
    typed = [...text].reduce((kept, one) => (one === '\u007f' ? kept.slice(0, -1) : kept + one), '')
    if (end !== undefined) return typed
  }
  return typed
}
