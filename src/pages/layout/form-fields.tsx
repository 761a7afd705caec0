import type { Child, PropsWithChildren } from 'hono/jsx'
import type { Ref } from '../../db/ref'

interface FieldProps<Name extends string> {
  name: Name
  label: string
  hint?: string | undefined
  answers: Readonly<Partial<Record<Name, string>>>
  /** Errors by field, in words. */
  faults: Readonly<Partial<Record<Name, string>>>
}

/** Attributes that link a control to its hint and error. */
function describedBy<Name extends string>({ name, hint, faults }: FieldProps<Name>) {
  const ids = [hint && `${name}-hint`, faults[name] && `${name}-error`].filter(Boolean)
  return {
    id: name,
    name,
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    'aria-invalid': faults[name] ? 'true' : undefined,
  } as const
}

/** A control below its label, its hint and its error. */
function Field<Name extends string>({ name, label, hint, faults, children }: PropsWithChildren<FieldProps<Name>>) {
  return (
    <div class="field">
      <label for={name}>{label}</label>{' '}
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {faults[name] && (
        <p class="error" id={`${name}-error`}>
          <span class="unseen">Error:</span> {faults[name]}
        </p>
      )}
      {children as Child}
    </div>
  )
}

interface InputProps<Name extends string> extends FieldProps<Name> {
  type?: 'text' | 'email' | 'tel' | 'search' | 'date' | 'number' | 'password'
  autocomplete?: string
  spellcheck?: boolean
  short?: boolean
}

/** A field of one line. */
export function Input<Name extends string>({
  type = 'text',
  autocomplete = 'off',
  spellcheck,
  short,
  ...field
}: InputProps<Name>) {
  return (
    <Field {...field}>
      <input
        {...describedBy(field)}
        type={type}
        value={field.answers[field.name]}
        autocomplete={autocomplete}
        spellcheck={spellcheck}
        class={short ? 'short' : undefined}
      />
    </Field>
  )
}

/** A field of several lines. */
export function Area<Name extends string>({
  rows,
  autocomplete,
  ...field
}: FieldProps<Name> & { rows: number; autocomplete?: string }) {
  return (
    <Field {...field}>
      {/* HTML drops a line break that a text area begins with, so one is put there to be dropped. */}
      <textarea
        {...describedBy(field)}
        rows={rows}
        autocomplete={autocomplete}
      >{`\n${field.answers[field.name] ?? ''}`}</textarea>
    </Field>
  )
}

/** A select box; omitted without options. `none`: the words for choosing nothing, or null where something must be chosen. */
export function Choice<Name extends string>({
  of,
  none,
  ...field
}: FieldProps<Name> & { of: readonly Ref[]; none: string | null }) {
  if (of.length === 0) return null
  return (
    <Field {...field}>
      <select {...describedBy(field)}>
        {none !== null && <option value="">{none}</option>}
        {of.map(({ id, name }) => (
          <option key={id} value={id} selected={id === field.answers[field.name]}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}
