import { oneAfterTheOther } from './job'
import { retain } from './retention'
import { sweep } from './sweep'

/** What cron runs once a day, in this order. */
export const daily = oneAfterTheOther([sweep, retain])
