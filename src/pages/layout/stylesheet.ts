/**
 * Style of the pages: one column that fits a phone, large targets, an obvious focus. Colours have a contrast
 * of 4.5 to 1 or more (WCAG 2.2, success criteria 1.4.3 and 1.4.11).
 */
export const stylesheet = `
*, ::before, ::after { box-sizing: border-box }
html { font: 100%/1.5 system-ui, sans-serif; color: #16191d; background: #fff; -webkit-text-size-adjust: 100% }
body { margin: 0; border-top: .5rem solid #1b4f8f }
.width { max-width: 42rem; margin: 0 auto; padding: 0 1rem; overflow-wrap: break-word }
main.width { padding-top: 1.5rem; padding-bottom: 4rem; font-size: 1.125rem }
header { border-bottom: 1px solid #b1b8c0 }
header .width { padding-top: .75rem; padding-bottom: .75rem }
header p { margin: 0 }
.name { font-size: 1.25rem; font-weight: 600 }
header a, footer a { display: inline-block; min-height: 1.5rem }
.skip { position: absolute; clip-path: inset(50%); padding: .5rem 1rem; background: #fff }
.skip:focus { position: static; display: block; clip-path: none }
footer { border-top: 1px solid #b1b8c0; background: #f1f3f5 }
footer .width { padding-top: 1.5rem; padding-bottom: 1.5rem }
footer ul { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding: 0; list-style: none }
footer p { margin: 0 }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.75rem, 6vw, 2.5rem); line-height: 1.15 }
h2 { margin: 2rem 0 .5rem; font-size: 1.375rem; line-height: 1.25 }
h3 { margin: 1.5rem 0 .5rem; font-size: 1.125rem }
main li + li { margin-top: .25rem }
p, ul { margin: 0 0 1rem }
ul { padding-left: 1.25rem }
a { color: #1b4f8f; text-underline-offset: .15em }
a:hover { text-decoration-thickness: .15em }

.field { margin: 0 0 1.75rem }
fieldset { margin: 0 0 1.75rem; padding: 0; border: 0; min-width: 0 }
fieldset .field { margin: 1rem 0 0 }
legend { font-size: 1.25rem }
label, legend { display: block; padding: 0; font-weight: 600 }
.hint { margin: 0 0 .25rem; color: #4b535c }
input, select, textarea {
  display: block; width: 100%; min-height: 2.75rem; margin-top: .375rem; padding: .375rem .5rem;
  font: inherit; color: inherit; background: #fff; border: 2px solid #16191d; border-radius: 0;
}
textarea { min-height: 5.5rem; resize: vertical }
.short { max-width: 14rem }
button {
  min-height: 2.75rem; padding: .625rem 1.25rem; font: inherit; font-weight: 600; color: #fff; background: #0b6b3a;
  border: 2px solid transparent; border-radius: 0; cursor: pointer;
}
button:hover { background: #08532d }
:focus { outline: 3px solid #16191d; outline-offset: 0; box-shadow: 0 0 0 6px #ffd43b }
main:focus { outline: none; box-shadow: none }

.error { margin: .25rem 0 0; color: #b3121d; font-weight: 600 }
.field:has(> .error) { padding-left: 1rem; border-left: 5px solid #b3121d }
[aria-invalid=true] { border-color: #b3121d }
.summary { margin: 0 0 2rem; padding: 1rem 1.25rem; border: 4px solid #b3121d }
.summary h2 { margin-top: 0 }
.summary ul { margin: 0; padding: 0; list-style: none }
.summary a { color: #b3121d; font-weight: 600 }
.sent { margin: 0 0 2rem; padding: 1.5rem 1.25rem; color: #fff; background: #0b6b3a }
.sent h1, .sent p { margin-bottom: 0 }
.sent strong { display: block; font-size: 1.5rem }
.kept { padding: 1rem; white-space: pre-wrap; background: #f1f3f5 }
.notice { margin: 0 0 1.75rem }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }

@media print {
  .skip, footer, button, [data-sitekey] { display: none }
  body { border: 0 }
  main.width { padding-bottom: 0 }
  .sent { color: inherit; background: none; border: 2px solid }
}
`
