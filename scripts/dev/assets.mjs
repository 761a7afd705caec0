/**
 * Copies the API reference's script to where the Worker serves it from. npm runs it after installing the packages, and
 * `install.mjs` before every script of package.json.
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'

const origin = new URL('../../node_modules/@scalar/api-reference/dist/browser/standalone.js', import.meta.url)
const copy = new URL('../../assets/reference.js', import.meta.url)

// Left alone while it is the same: `wrangler dev` starts afresh for every change of an asset.
if (!existsSync(copy) || !readFileSync(copy).equals(readFileSync(origin))) copyFileSync(origin, copy)
