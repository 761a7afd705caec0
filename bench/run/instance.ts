import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Miniflare, type WorkerOptions } from 'miniflare'

/** A Worker to start: its script, its variables, and the databases that it is bound to, by binding. */
export interface Started {
  name: string
  script: string
  vars?: Record<string, string>
  databases?: Record<string, string>
  /** Class of the Durable Object bound as `CACHE`, and the Worker that has it. */
  cache?: { className: string; scriptName: string }
}

/** Workers in a workerd of their own, on loopback only. */
export interface Instance {
  /** The address of a Worker, which requests reach without passing Miniflare's own. */
  url(name: string): Promise<string>
  database(binding: string): Promise<D1Database>
  /** Calls `seen` with each line that the Workers log, instead of dropping it. */
  watch(seen: ((line: string) => void) | undefined): void
  /** Safe to repeat. */
  stop(): Promise<void>
}

const running = new Set<Instance>()

/** Starts Workers that share their databases, which are kept in a folder. */
export async function startInstance(folder: string, workers: Started[]): Promise<Instance> {
  let seen: ((line: string) => void) | undefined
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    d1Persist: `${folder}/d1`,
    durableObjectsPersist: `${folder}/do`,
    cachePersist: false,
    // A pipe that nobody reads fills up and stops workerd.
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      createInterface(stdout).on('line', (line) => seen?.(line))
      stderr.resume()
    },
    workers: workers.map(optionsOf),
  })
  const instance: Instance = {
    url: async (name) => (await miniflare.unsafeGetDirectURL(name)).origin,
    database: (binding) => miniflare.getD1Database(binding),
    watch(by) {
      seen = by
    },
    async stop() {
      if (running.delete(instance)) await miniflare.dispose()
    },
  }
  running.add(instance)
  await miniflare.ready
  return instance
}

/** Ends every workerd that is still running. */
export async function stopInstances(): Promise<void> {
  await Promise.allSettled([...running].map((one) => one.stop()))
}

function optionsOf({ name, script, vars = {}, databases = {}, cache }: Started): WorkerOptions {
  return {
    name,
    modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
    compatibilityDate: '2026-04-20',
    compatibilityFlags: ['nodejs_compat', 'enable_request_signal'],
    bindings: vars,
    d1Databases: databases,
    ...(cache && { durableObjects: { CACHE: { ...cache, useSQLite: true } } }),
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}
