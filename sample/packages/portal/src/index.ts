export { Deed } from './deed';
export { ask, exchange } from './exchange';
export { Frame } from './frame';
export { say, text, type Said } from './said';
export { money, moment, units } from './words';
