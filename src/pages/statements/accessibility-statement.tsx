import type { PublicTenant } from '../../gate/public-gate'
import { ReplyTime, WaysToReach } from '../layout/office'

/** When the statement was written, and when the pages were last tested for it. */
const preparedOn = '26 November 2026'
const testedOn = '26 November 2026'

/**
 * The model accessibility statement, as the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility
 * Regulations 2018 and the GOV.UK sample prescribe it: what it covers, standard, known issues, contact, enforcement.
 *
 * @param office whose pages it is about; undefined for the pages of no office
 */
export function AccessibilityStatement({ office }: { office: PublicTenant | undefined }) {
  return (
    <>
      <h1>Accessibility statement</h1>
      <Scope office={office} />
      <KnownIssues />
      <Feedback office={office} />
      <Enforcement />
      <Conformance office={office} />
      <Tested />
    </>
  )
}

function Scope({ office }: { office: PublicTenant | undefined }) {
  return (
    <>
      {office ? (
        <p>This statement is about the contact form of {office.name} and the pages that belong to it.</p>
      ) : (
        <p>
          This statement is about the pages of this service: the contact forms of councils and councillors, with the
          pages that belong to them, and the pages for software developers.
        </p>
      )}
      <p>We want as many people as possible to be able to use these pages. For example, you should be able to:</p>
      <ul>
        <li>change colours, contrast and fonts with the settings of your browser or device</li>
        <li>zoom in up to 400% without having to scroll sideways</li>
        <li>use every page with a keyboard alone</li>
        <li>use every page with scripting switched off</li>
      </ul>
      <p>
        <a href="https://mcmw.abilitynet.org.uk/">AbilityNet</a> has advice on making your device easier to use if you
        have a disability.
      </p>
    </>
  )
}

function KnownIssues() {
  return (
    <>
      <h2>How accessible these pages are</h2>
      <p>We know of these limits:</p>
      <ul>
        <li>All pages are in English only.</li>
        <li>
          The pages have not been tested by users of screen readers or speech recognition, only with the tools and
          methods named below.
        </li>
        <li>
          The API reference for software developers is another maker’s component. It needs scripting, and has not been
          assessed. The <a href="/openapi.json">OpenAPI document</a> has the same content as text.
        </li>
      </ul>
    </>
  )
}

function Feedback({ office }: { office: PublicTenant | undefined }) {
  return (
    <>
      <h2>Feedback and contact information</h2>
      {office ? (
        <>
          <p>
            If you need information in another form, such as large print, easy read, an audio recording or braille, or
            find a problem that is not listed here, contact {office.name}:
          </p>
          <WaysToReach office={office} />
          <ReplyTime office={office} />
        </>
      ) : (
        <p>
          If you need information in another form, such as large print, easy read, an audio recording or braille, or
          find a problem that is not listed here, contact the council or councillor whose form you use. Their phone
          number and email address are on the form.
        </p>
      )}
    </>
  )
}

function Enforcement() {
  return (
    <>
      <h2>Enforcement procedure</h2>
      <p>
        The Equality and Human Rights Commission (EHRC) is responsible for enforcing the Public Sector Bodies (Websites
        and Mobile Applications) (No. 2) Accessibility Regulations 2018 (the ‘accessibility regulations’). If you are
        not happy with how we respond to your complaint,{' '}
        <a href="https://www.equalityadvisoryservice.com/">contact the Equality Advisory and Support Service (EASS)</a>.
      </p>
      <p>
        If you are in Northern Ireland, contact the{' '}
        <a href="https://www.equalityni.org/">Equality Commission for Northern Ireland (ECNI)</a>, which is responsible
        there instead of the EHRC and the EASS.
      </p>
    </>
  )
}

function Conformance({ office }: { office: PublicTenant | undefined }) {
  return (
    <>
      <h2>Technical information about accessibility</h2>
      <p>
        {office?.name ?? 'The organisation that runs this service'} is committed to making these pages accessible, in
        accordance with the accessibility regulations.
      </p>
      <h3>Compliance status</h3>
      <p>
        These pages are partially compliant with the{' '}
        <a href="https://www.w3.org/TR/WCAG22/">Web Content Accessibility Guidelines version 2.2</a> AA standard: no
        failure is known on the pages for residents, but the API reference has not been assessed.
      </p>
    </>
  )
}

function Tested() {
  return (
    <>
      <h2>Preparation of this statement</h2>
      <p>
        This statement was prepared on {preparedOn}, from a self-assessment by the developers. The pages were last
        tested on {testedOn}:
      </p>
      <ul>
        <li>with axe-core, by its rules for WCAG 2.2 A and AA and for good practice, on every page and its errors</li>
        <li>by keyboard alone</li>
        <li>at 320 pixels, which is 400% zoom, and at 200% text size</li>
        <li>in forced colours, in print, with scripting off and with style sheets off</li>
      </ul>
    </>
  )
}
