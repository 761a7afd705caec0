/** When and on what a part was measured. */
export interface Measured {
  date: string
  seconds: number
  machine: string
  /** Processes that wanted a processor before the run began, as the system averages them over a minute. */
  load?: number
  versions: string
}

export interface ThroughputRow {
  title: string
  perSecond: number
  p50Ms: number
  /** To the floor of one D1 read, per round, and the median of that. */
  ratio: number
  p50Ratio: number
}

export interface ThroughputResult {
  rounds: number
  connections: number
  callers: number
  /** The largest difference between the floor's two places in one round: 0.1 is a tenth. */
  noise: number
  rows: ThroughputRow[]
}

/** What D1 reported for one request. */
export interface Cost {
  trips: number
  rowsRead: number
  rowsWritten: number
  durableObjectRequests?: number
}

export interface CostRow {
  title: string
  /** By what the request was: admitted, refused for the first time, refused again, of an unknown key. */
  costs: Partial<Record<'admitted' | 'refused' | 'refused again' | 'unknown', Cost>>
}

export interface CostResult {
  rows: CostRow[]
  /** The gateway's other requests. */
  routes: { title: string; cost: Cost }[]
}

export interface ExactnessRow {
  title: string
  /** The most admitted in any window of the bursts at the seam. */
  atSeam: number
  /** The most admitted of those sent at once, to one isolate and to two. */
  onOne: number
  onTwo: number
  /** Refused at a steady load below the limit. */
  wronglyRefused: number
}

export interface ExactnessResult {
  seam: { limit: number; windowMs: number; burst: number }
  atOnce: { limit: number; sent: number }
  steady: { sent: number; share: number }
  rows: ExactnessRow[]
}

export interface GrowthRow {
  title: string
  /** One for each size. */
  rowsRead: number[]
  ms: number[]
}

export interface GrowthResult {
  sizes: number[]
  fillSeconds: number[]
  rows: GrowthRow[]
}

export interface CellsResult {
  /** Of one cell, by the number of connections. */
  oneCell: { connections: number; perSecond: number; p50Ms: number }[]
  /** The same load on one cell and spread over two. */
  sameLoad: { connections: number; one: number; two: number }
}

/** The parts of the benchmark, by the names that `--only` takes. */
export interface Results {
  gate: ThroughputResult
  cost: CostResult
  exactness: ExactnessResult
  growth: GrowthResult
  cells: CellsResult
}

export type Part = keyof Results

/** The last results of each part. */
export type Kept = { [P in Part]?: Results[P] & { measured: Measured } }
