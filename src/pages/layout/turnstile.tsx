/** The field that Turnstile's own script puts its token in. */
export const turnstileName = 'cf-turnstile-response'

/** Cloudflare's bot check, if configured. */
export function Turnstile({ siteKey }: { siteKey: string | undefined }) {
  if (!siteKey) return null
  return (
    <div class="field">
      <div class="cf-turnstile" data-sitekey={siteKey} data-response-field-name={turnstileName} />
      <script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer />
      <noscript>
        <p>
          JavaScript is off in your browser, so we cannot check that you are not a robot. You can still send your
          message, but it may take longer to be read.
        </p>
      </noscript>
    </div>
  )
}
