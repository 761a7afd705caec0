import type { PublicTenant } from '../../gate/public-gate'
import { privacyAddress } from './office'

/** Bottom of every page: privacy, accessibility and cookies. */
export function PageFooter({ office }: { office: PublicTenant | undefined }) {
  return (
    <footer>
      <div class="width">
        <ul>
          {office && (
            <li>
              <a href={privacyAddress(office)}>Privacy</a>
            </li>
          )}
          <li>
            <a href={office ? `/contact/${office.slug}/accessibility` : '/accessibility'}>Accessibility</a>
          </li>
        </ul>
        <p>Cookies: this service sets none.</p>
      </div>
    </footer>
  )
}
