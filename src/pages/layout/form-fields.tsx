import type { Child, PropsWithChildren } from 'hono/jsx'
import type { Ref } from '../../db/ref'
import type { AnswerName, Answers, Faults } from '../contact/contact-answers'

interface FieldProps {
  name: AnswerName
  label: string
  hint?: string
  answers: Answers
  faults: Faults
}

/** Attributes that link a control to its hint and error. */
function describedBy({ name, hint, faults }: FieldProps) {
  const ids = [hint && `${name}-hint`, faults[name] && `${name}-error`].filter(Boolean)
  return {
    id: name,
    name,
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    'aria-invalid': faults[name] ? 'true' : undefined,
  } as const
}

/** A control below its label, its hint and its error. */
function Field({ name, label, hint, faults, children }: PropsWithChildren<FieldProps>) {
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

interface InputProps extends FieldProps {
  type?: 'text' | 'email' | 'tel'
  autocomplete: string
  spellcheck?: boolean
  short?: boolean
}

/** A field of one line. */
export function Input({ type = 'text', autocomplete, spellcheck, short, ...field }: InputProps) {
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
export function Area({ rows, autocomplete, ...field }: FieldProps & { rows: number; autocomplete?: string }) {
  return (
    <Field {...field}>
      {/* HTML drops a line break that a text area begins with, so one is put there to be dropped. */}
      <textarea
        {...describedBy(field)}
        rows={rows}
        autocomplete={autocomplete}
      >{`\n${field.answers[field.name]}`}</textarea>
    </Field>
  )
}

/** A select box; omitted without options. */
export function Choice({ of, ...field }: FieldProps & { of: readonly Ref[] }) {
  if (of.length === 0) return null
  return (
    <Field {...field}>
      <select {...describedBy(field)}>
        <option value="">Not sure</option>
        {of.map(({ id, name }) => (
          <option key={id} value={id} selected={id === field.answers[field.name]}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}
