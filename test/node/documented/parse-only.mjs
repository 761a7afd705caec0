/** Loaded before a program of commander's: it reads its arguments as ever, and then says so instead of acting. */
import { Command } from 'commander'

const { action } = Command.prototype
Command.prototype.action = function () {
  return action.call(this, () => console.log('parsed'))
}
