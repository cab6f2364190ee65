/** What the pages' scripts use of a browser; its full types would put `document` before every function's eyes. */
export interface Browser {
  readonly document: {
    readonly documentElement: { readonly lang: string }
    readonly activeElement: DomElement | null
    readonly visibilityState: string
    title: string
    getElementById(id: string): DomElement | null
    createElement(tag: string): DomElement
    createElementNS(namespace: string, tag: string): DomElement
    addEventListener(type: 'visibilitychange', listener: () => void): void
  }
  readonly location: { readonly hash: string; readonly pathname: string }
  readonly history: { replaceState(state: null, title: string, address: string): void }
  readonly sessionStorage: {
    getItem(key: string): string | null
    setItem(key: string, value: string): void
    removeItem(key: string): void
  }
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } }
  readonly FormData: new (form: DomElement) => Iterable<readonly [string, unknown]>
  fetch(address: string, options: object): Promise<ApiAnswer>
  setTimeout(run: () => void, milliseconds: number): number
  clearTimeout(timer: number | undefined): void
  addEventListener(type: 'hashchange', listener: () => void): void
}

/** One element of the page. */
export interface DomElement {
  textContent: string | null
  readonly dataset: Readonly<Record<string, string | undefined>>
  setAttribute(name: string, value: string): void
  removeAttribute(name: string): void
  append(...children: readonly (DomElement | string)[]): void
  replaceChildren(...children: readonly (DomElement | string)[]): void
  after(...siblings: readonly (DomElement | string)[]): void
  remove(): void
  contains(other: DomElement | null): boolean
  closest(selector: string): DomElement | null
  querySelectorAll(selector: string): Iterable<DomElement>
  focus(): void
  addEventListener(type: string, listener: (event: DomEvent) => void): void
}

/** Something that a person did. */
export interface DomEvent {
  readonly target: DomElement | null
  preventDefault(): void
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  json(): Promise<unknown>
}
