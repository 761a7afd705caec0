import { PassThrough } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { ask } from '../../scripts/operator/terminal'

afterEach(() => {
  vi.restoreAllMocks()
})

/** What comes of a question on a terminal where somebody types `keys`. */
async function typed(keys: string): Promise<string> {
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const input = terminal()
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as never)
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(terminal() as never)
  const answer = ask('Erase? ')
  input.write(keys)
  return answer
}

it('an answer is what was typed', async () => {
  expect(await typed(' erase\r')).toBe('erase')
})

it('Ctrl-D is no answer, in one line and not a stack', async () => {
  await expect(typed('\u0004')).rejects.toThrow('No answer, so nothing was done')
})

it('Ctrl-C interrupts the command as it does elsewhere', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  void typed('\u0003')
  await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT'))
})
