import type { Bundles } from './bundle.ts'
import type { BenchGatehouse } from './gatehouse.ts'
import type { Row } from './table.ts'

/** What a benchmark gets. */
export interface Bench {
  readonly quick: boolean
  /** Gone at the end of the run. */
  readonly folder: string
  /** A fresh Gatehouse without workers; it ends with the benchmark. */
  gatehouse(): Promise<BenchGatehouse>
  /** The bundles as they would be deployed; built once. */
  bundles(): Promise<Bundles>
  /** Tells what goes on. */
  say(text: string): void
}

/** Measures one thing; gives its lines of the table. */
export type Benchmark = (bench: Bench) => Promise<readonly Row[]>
