import { z } from 'zod'
import { UsageError } from '../fault'
import { errorOf, notLoggedIn, runWrangler } from '../wrangler'

const Login = z.object({
  loggedIn: z.boolean(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
})

/** The account that a login is for. */
export interface Account {
  id: string
  name: string
}

/**
 * The account to deploy into: the one deployed into before, or `CLOUDFLARE_ACCOUNT_ID`, or the login's only one. Throws a
 * `UsageError` without a login, with several accounts to choose from, and for an account that is not the login's.
 */
export async function loginTo(before: string | undefined): Promise<Account> {
  const run = await runWrangler(['whoami', '--json'])
  const { loggedIn, accounts } = loginIn(run.stdout)
  if (!loggedIn) throw new UsageError(accountsFailed(errorOf(run)))

  const wanted = before ?? process.env.CLOUDFLARE_ACCOUNT_ID
  const found = wanted === undefined ? accounts : accounts.filter(({ id }) => id === wanted)
  const [account] = found
  if (account && found.length === 1) return account
  const list = accounts.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none'
  throw new UsageError(
    wanted === undefined
      ? `Which account? Set CLOUDFLARE_ACCOUNT_ID to one of ${list}`
      : `The login is not for the account ${wanted}, but for ${list}: run "npx wrangler login" as somebody who may use it`,
  )
}

function loginIn(stdout: string): z.infer<typeof Login> {
  try {
    return Login.parse(JSON.parse(stdout))
  } catch {
    return { loggedIn: false, accounts: [] }
  }
}

const accountsFailed = (error: string | undefined) =>
  error === undefined || error === notLoggedIn ? notLoggedIn : `The login could not be checked: ${error}`
