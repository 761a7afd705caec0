import { oneAfterTheOther } from './job'
import { retain } from './retention'
import { sweep } from './sweep'

/**
 * What cron runs once a day, in this order: recounting a large cell may take all the time there is, and personal data
 * must not wait for it.
 */
export const daily = oneAfterTheOther([retain, sweep])
