import { root } from '../../root'
import { deployedTo } from '../account-file'
import { note } from '../command'
import { levelOf, type Stage, stages } from '../configuration'
import { UsageError } from '../fault'
import { ask, isTerminal } from '../terminal'
import { isWorkerName, type Jurisdiction, jurisdictions, type Wishes, workerNameMust } from './plan'

/** The stage to deploy to, asked for on a terminal. Throws a `UsageError` without one. */
export async function stageWanted(given: Stage | undefined): Promise<Stage> {
  return given ?? (await oneOf('Which stage? ', stages, 'Provide --env staging or --env production'))
}

/** The wishes, completed on a terminal by what can't be changed later, if this is the first deployment to a stage. */
export async function completed(stage: Stage, wishes: Wishes): Promise<Wishes> {
  if (!isTerminal() || deployedTo(stage)) return wishes
  const usual = levelOf(`${root}wrangler.toml`, stage).name
  return {
    ...wishes,
    name: wishes.name ?? (await nameWanted(usual)),
    jurisdiction:
      wishes.jurisdiction ?? (await oneOf('The databases’ jurisdiction, for good? ', jurisdictions, '', 'eu')),
  }
}

async function nameWanted(usual: string | undefined): Promise<string> {
  for (;;) {
    const said = await ask('The name of the Worker and its databases? ', usual)
    if (isWorkerName(said)) return said
    note(`It must be ${workerNameMust}.`)
  }
}

async function oneOf<T extends Stage | Jurisdiction>(
  question: string,
  choices: readonly T[],
  without: string,
  byDefault?: T,
): Promise<T> {
  if (!isTerminal()) throw new UsageError(without)
  for (;;) {
    const said = await ask(`${question}(${choices.join(', ')}) `, byDefault)
    const chosen = choices.find((one) => one === said)
    if (chosen !== undefined) return chosen
    note(`It must be one of ${choices.join(', ')}.`)
  }
}
