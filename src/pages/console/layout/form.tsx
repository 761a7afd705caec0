import type { Child, PropsWithChildren } from 'hono/jsx'

interface ActionProps {
  action: string
  ticket: string
  /** Look of the button: what cannot be undone is a warning. */
  kind?: 'primary' | 'secondary' | 'warning'
  /** Values that go along, by name. */
  values?: Readonly<Record<string, string | number>>
  label: Child
}

/** A form of one button. */
export function Action({ action, ticket, kind = 'secondary', values = {}, label }: ActionProps) {
  return (
    <form class="action" method="post" action={action}>
      <Hidden ticket={ticket} values={values} />
      <button type="submit" class={kind}>
        {label}
      </button>
    </form>
  )
}

interface FormProps {
  action: string
  ticket: string
  values?: Readonly<Record<string, string | number>>
  label: string
  kind?: ActionProps['kind']
}

/** A form with fields, and the button that sends it. */
export function Form({ action, ticket, values = {}, label, kind = 'primary', children }: PropsWithChildren<FormProps>) {
  return (
    <form method="post" action={action} novalidate>
      <Hidden ticket={ticket} values={values} />
      {children as Child}
      <button type="submit" class={kind}>
        {label}
      </button>
    </form>
  )
}

/** What goes along with a form unseen: its ticket, which works once, and values. */
export function Hidden({ ticket, values = {} }: Pick<FormProps, 'ticket' | 'values'>) {
  return (
    <>
      <input type="hidden" name="ticket" value={ticket} />
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={String(value)} />
      ))}
    </>
  )
}

interface ChecksProps {
  name: string
  legend: string
  hint?: string
  of: readonly { id: string; name: Child }[]
  checked: readonly string[]
  fault?: string | undefined
}

/** Boxes to tick, of which several may be. */
export function Checks({ name, legend, hint, of, checked, fault }: ChecksProps) {
  const described = [hint && `${name}-hint`, fault && `${name}-error`].filter(Boolean).join(' ')
  return (
    <fieldset class="field" id={name} aria-describedby={described || undefined} tabindex={-1}>
      <legend>{legend}</legend>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="error" id={`${name}-error`}>
          <span class="unseen">Error:</span> {fault}
        </p>
      )}
      <div class="checks">
        {of.map((one) => (
          <label key={one.id} class="check">
            <input type="checkbox" name={name} value={one.id} checked={checked.includes(one.id)} /> {one.name}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
